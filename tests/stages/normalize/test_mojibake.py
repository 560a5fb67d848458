import pytest
from hypothesis import given
from hypothesis import strategies as st

from curate.stages.normalize.mojibake import WINDOWS, candidates, mended, reread
from tests.conftest import CHINESE, TEXT


def misread(text, windows):
    data = text.encode()
    return "".join(map(WINDOWS.__getitem__, data)) if windows else data.decode("latin-1")


@pytest.mark.parametrize("windows", [False, True], ids=["latin-1", "windows-1252"])
@pytest.mark.parametrize(
    "text",
    [
        "中国石油化工股份有限公司",
        "the valve’s seat – “tight”",
        "München, São Paulo, niño",
        "25 °C ± 2 µm",
        "Привет, мир",
        "안녕 세계",
        "ok 😀",
        "第３条：（一）“甲方”……",
    ],
)
def test_what_was_read_wrongly_is_read_again(text, windows):
    assert mended(misread(text, windows)).text == text
    assert mended(misread(misread(text, windows), windows)).text == text


@given(text=CHINESE.filter(lambda text: len(text) > 1), windows=st.booleans())
def test_chinese_comes_back_whole_and_is_counted(text, windows):
    assert mended(misread(text, windows)) == (text, len(text))


@pytest.mark.parametrize(
    "text",
    [
        "CAFÉ”",
        "« voilà »",
        "« déjà supprimé »",
        "slyšíš“",
        "IRMû",
        "AMANHÃ…",
        "n×½",
        "打“√”或“×”",
        "×…×…",
        "à € 5",
        "Spaß…",
        "Ø",
        "中文“引号”——……",
        "naïve café São Tomé 25 °C",
        "IRMÃ”, disse",
    ],
)
def test_what_people_write_stays(text):
    assert mended(text) == (text, 0)


def test_what_lost_a_byte_stays():
    broken = misread("中国", windows=True)[:-1]
    assert mended(broken) == (broken, 0)


def test_a_doubtful_run_is_repaired_where_nothing_speaks_against_it():
    text = "É says the café, São"
    assert mended(misread(text, windows=True)).text == text
    assert mended(misread("São ", windows=True) + "CAFÉ” “é”").text == "São CAFÉ” “é”"


@given(text=TEXT | st.text(alphabet=st.sampled_from("ÂÃéä中\x80\x85”a ")))
def test_every_repair_can_be_undone_and_is_settled(text):
    for run in candidates(text):
        again = reread(run.text)
        assert again is None or run.text in {misread(again, windows) for windows in (False, True)}
    once = mended(text).text
    assert mended(once) == (once, 0)
