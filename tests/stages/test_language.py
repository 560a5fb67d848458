import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from curate.core.languages import CODES, NOT_LATIN
from curate.stages.language import SAMPLE_CHARS, Language, sampled
from tests.conftest import TEXT, records

PLANT = {
    "torques": "\n".join(f"Bolt M{i}: torque 45 Nm, OK" for i in range(1, 41)),
    "trouble codes": "\n".join(f"P02{i:02} Injector circuit/open - cylinder {i}" for i in range(1, 13)),
    "work orders": "\n".join(f"WO {i} PMP 3B SEAL LKG RPLCD MECH SEAL BRG CHK OK RTS" for i in range(884211, 884221)),
    "packet filter": "\n".join(f"-A INPUT -s 198.51.100.{i}/32 -p tcp -m tcp --dport 22 -j DROP" for i in range(1, 60)),
    "log": "\n".join(f'{{"ts":{i},"level":"info","msg":"heartbeat ok","node":"n{i}"}}' for i in range(100, 130)),
    "assembler": "\n".join(f".text:00401{i:03X}   mov     eax, [ebp-{i}]\n.text push    ebp" for i in range(4, 44)),
    "disassembly": "\n".join(f"  {4 * i + 4096:x}:\t48 89 45\tmov    %rax,-0x{i:x}(%rbp)" for i in range(8, 48)),
    "G-code": "%\nO1001 (FACE MILL)\n" + "\n".join(f"N{i}0 G01 X{i}.125 Y{i}.5 Z-0.25 F250" for i in range(60)),
    "alarms": "\n".join(
        f"{tag}-{i}001 {side} ALM" for i, tag in enumerate(["PAHH", "TALL"]) for side in ["HI", "LOLO"] * 4
    ),
    "marks": "\n".join(f"M{i}x10 DIN 933 A2-70" for i in range(4, 20)),
    "key": "-----BEGIN PUBLIC KEY-----\n" + "qZ7Lw0vTfEyK2hJm\n" * 6 + "-----END PUBLIC KEY-----",
}
PLAIN = {
    "de": "Vor dem Start der Pumpe ist der Oelstand zu pruefen. Bei Leckagen muss die Anlage abgeschaltet werden.",
    "fr": "Avant de demarrer la pompe, il faut verifier le niveau d'huile. En cas de fuite, la machine est arretee.",
    "es": "CAMBIO DE SELLO MECANICO BOMBA 3B. SE REVISA RODAMIENTO Y SE LUBRICA. QUEDA EN SERVICIO. PENDIENTE ALINEAR.",
    "pl": "Przed uruchomieniem pompy nalezy sprawdzic poziom oleju. W przypadku wycieku nalezy wylaczyc urzadzenie.",
    "ro": "Inainte de pornirea pompei trebuie verificat nivelul uleiului. In caz de scurgeri, masina trebuie oprita.",
    "no": "For pumpen startes skal oljen kontrolleres. Ved lekkasje stoppes anlegget straks, og pakningen byttes.",
    "hr": "Prije pokretanja pumpe provjerite razinu ulja i stanje brtve. Kod curenja odmah iskljucite stroj.",
    "id": "Sebelum menjalankan pompa, periksa minyak pelumas. Jika terdapat kebocoran, mesin harus segera dihentikan.",
}
PARAGRAPH = {
    "zh": "本标准规定了工业自动化系统的安全要求，适用于石油、化工和电力行业的控制设备。",
    "en": "The operator shall inspect the pressure relief valve at least once a year and record the results.",
    "ja": "この規格は、産業用ロボットの安全要求事項について規定する。使用者は取扱説明書を読むこと。",
    "ko": "이 표준은 산업용 로봇의 안전 요구 사항을 규정한다. 사용자는 설명서를 읽어야 한다.",
    "ru": "Настоящий стандарт устанавливает требования безопасности к промышленным роботам и их системам.",
    "ar": "تحدد هذه المواصفة متطلبات السلامة للروبوتات الصناعية وأنظمتها في بيئة العمل",
    "de": "Diese Norm legt die Sicherheitsanforderungen für Industrieroboter fest und gilt für deren Hersteller.",
    "fr": "La présente norme fixe les exigences de sécurité pour les robots industriels et leurs utilisateurs.",
    "es": "Esta norma establece los requisitos de seguridad para los robots industriales y sus fabricantes.",
    "el": "Το πρότυπο αυτό καθορίζει τις απαιτήσεις ασφάλειας για τα βιομηχανικά ρομπότ και τους χρήστες τους.",
}


def measured(*texts, **settings):
    return Language(**{"as": "language", **settings}).open()(records(*texts))


def said(*texts):
    return measured(*texts).batch["language"].to_pylist()


@pytest.mark.parametrize("language", PARAGRAPH)
def test_a_paragraph_is_of_its_language(language):
    assert said(PARAGRAPH[language], PARAGRAPH[language] * 30) == [language, language]


@pytest.mark.parametrize("name", PLANT)
def test_text_of_plants_and_machines_with_hardly_a_word_is_no_foreign_language(name):
    assert said(PLANT[name])[0] in {"en", "und"}
    assert measured(PLANT[name], keep=["zh", "en"]).found is None


@pytest.mark.parametrize("language", PLAIN)
def test_another_language_without_its_diacritics_stays_itself(language):
    again = "\n".join(f"{number}: {PLAIN[language]}" for number in range(20))
    assert said(PLAIN[language], again, PLAIN[language].upper()) == [language] * 3


@pytest.mark.parametrize(
    "text", ["你好", "更换轴承", "第三条 本法自公布之日起施行", "血压120/80mmHg，正常", "AT89C51单片机"]
)
def test_short_chinese_is_chinese(text):
    assert said(text) == ["zh"]


def test_chinese_mixed_with_latin_script_stays_mixed():
    mixed = "执行如下命令启动一个 GitLab Community Server 服务：docker compose up -d and open http://your-ip:8080"
    assert said(mixed) == ["zh-en"]


def test_a_name_in_another_script_mixes_nothing():
    assert said(PARAGRAPH["en"] * 3 + " (see 附录)", PARAGRAPH["zh"] * 3 + " (ISO)") == ["en", "zh"]


@pytest.mark.parametrize("text", ["", None, "12 345.6", "——……", "的", "x"])
def test_nothing_is_said_where_nothing_can_be(text):
    assert said(text) == ["und"]


def test_scripts_are_named():
    texts = [
        "汉语简体",
        "漢語繁體",
        "山水人",
        "汉语简体 漢語繁體",
        *(PARAGRAPH[name] for name in ("ja", "ko", "en", "ru", "ar", "el")),
        "12",
    ]
    expected = ["Hans", "Hant", "Hani", "mixed", "Jpan", "Kore", "Latn", "Cyrl", "Arab", "Zzzz", "Zyyy"]
    assert measured(*texts).batch["language_script"].to_pylist() == expected


def test_fillers_of_hangul_are_no_letters():
    assert said("阀门\u3164已经\uffa0关闭。" + "\u3164" * 40) == ["zh"]


def test_shares_are_of_letters_and_null_without_letters():
    batch = measured("中文ab, 12", "12").batch
    shares = [batch[f"language_{what}"].to_pylist() for what in ("han", "latin", "other")]
    assert shares == [[0.5, None], [0.5, None], [0.0, None]]


def test_the_model_gives_a_score_only_where_it_was_asked():
    scores = measured(PARAGRAPH["zh"], PARAGRAPH["de"], PARAGRAPH["en"]).batch["language_score"].to_pylist()
    assert [score is not None for score in scores] == [False, True, False]


def test_nothing_is_rejected_by_default():
    assert measured(*PARAGRAPH.values()).found is None


def test_unwanted_languages_are_rejected_only_in_long_texts_of_a_known_language():
    mixed = "启动 server " * 20
    texts = [PARAGRAPH["de"], "Die Pumpe ist defekt.", PARAGRAPH["zh"], PARAGRAPH["en"], mixed, "123 " * 40]
    outcome = measured(*texts, keep=["zh", "en"])
    lines = outcome.found.to_pylist()
    assert [(line["row"], line["rule"], line["action"]) for line in lines] == [(0, "language:unwanted", "reject")]
    assert measured(mixed, keep=["en"]).found.num_rows == 1
    assert measured(PARAGRAPH["de"], keep=["zh"], action="tag").found["action"].to_pylist() == ["tag"]


def test_an_unsure_guess_is_rejected_only_where_asked_for_and_in_long_texts():
    odd = "Qwx zzkt brm vlop ntsk gruf plim xat dorb "
    outcome = measured(odd * 3, odd[:40], PARAGRAPH["de"], PARAGRAPH["zh"] * 3, "123 " * 40, min_score=0.5)
    (line,) = outcome.found.to_pylist()
    assert (line["row"], line["rule"], line["action"], line["operator"]) == (0, "language:unsure", "reject", "<")
    assert line["value"] < line["threshold"] == 0.5
    assert measured(odd * 3).found is None


@pytest.mark.parametrize("text", ["REPLACED THE HYDRAULIC PUMP", "Conclusions", "check oil level"])
def test_short_english_is_english(text):
    assert said(text) == ["en"]


@given(text=TEXT, settings=st.sampled_from([{"keep": ["yo"]}, {"min_score": 1.0}]))
def test_no_short_text_is_rejected_for_its_language(text, settings):
    assert measured(text[:79], **settings).found is None


def test_a_stage_of_another_name_fills_the_same_language_and_signals_of_its_own():
    batch = Language(**{"as": "tongue"}).open()(records("你好")).batch
    assert batch["language"].to_pylist() == ["zh"]
    assert batch["tongue_script"].to_pylist() == ["Hani"]


def test_a_sample_shows_start_middle_and_end_on_one_line():
    text = "a" * 1000 + "\n" + "b" * 1000 + "c" * 1000
    sample = sampled(text)
    assert len(sample) <= 3 * SAMPLE_CHARS + 2
    assert set(sample) == set("abc ")
    assert sampled("kurz\nund gut") == "kurz und gut"


def test_a_slice_is_measured_like_the_whole():
    batch = records(*PARAGRAPH.values(), None)
    step = Language(**{"as": "language"}).open()
    assert step(batch).batch.slice(3, 5).to_pylist() == step(batch.slice(3, 5)).batch.to_pylist()


def test_an_empty_batch_gets_its_columns():
    stage = Language(**{"as": "language"})
    batch = stage.open()(records()).batch
    assert [batch.schema.field(field.name).type for field in stage.adds] == [field.type for field in stage.adds]
    assert isinstance(batch["language"], pa.StringArray)


@pytest.mark.parametrize(
    ("code", "hint"),
    [
        ("chinese", "did you mean 'zh'"),
        ("zh-CN", "did you mean 'zh'"),
        ("中文", "did you mean 'zh'"),
        ("EN", "did you mean 'en'"),
        ("englsh", "did you mean 'en'"),
        ("jp", "did you mean 'ja'"),
        ("zz", "Chinese is 'zh'"),
        ("latin", "ISO 639-1"),
    ],
)
def test_a_language_that_no_record_can_be_in_is_a_mistake_with_a_hint(code, hint):
    with pytest.raises(ValidationError, match=hint):
        Language(keep=["zh", code])


def test_nothing_to_keep_is_a_mistake():
    with pytest.raises(ValidationError):
        Language(keep=[])


@given(code=st.sampled_from(sorted(CODES)))
def test_every_code_that_may_be_said_may_be_kept(code):
    assert Language(keep=[code]).keep == (code,)


@pytest.mark.parametrize(
    "text", ["10 000 kg x y", "x y z", "5 mm x 10 mm", "pH 7.4", "M8 x 20, 4 x", "12 V DC 3 A", "Ca(OH)2 + HCl"]
)
def test_figures_with_units_are_in_no_other_language_than_english(text):
    assert said(text)[0] in {"en", "und"}


@given(text=st.text("abcdefgh xyz0123456789.,()/-", min_size=1, max_size=120))
def test_latin_letters_are_in_no_language_of_another_alphabet(text):
    assert said(text)[0] not in NOT_LATIN


def test_languages_in_other_alphabets_are_still_told():
    for code in ("ru", "ar", "el"):
        assert said(PARAGRAPH[code]) == [code]
