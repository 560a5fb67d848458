"""An NLP engine of transformers with a tiny model that is made here: its names are found, and it fails closed."""

from pathlib import Path

import pyarrow as pa
import pytest

from curate.core.errors import ConfigError
from curate.stages.pii import Pii

torch = pytest.importorskip("torch", reason="torch and transformers are not installed")
transformers = pytest.importorskip("transformers", reason="torch and transformers are not installed")

WORDS = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "Wei", "Chen")
NAMES = (WORDS.index("Wei"), WORDS.index("Chen"))
ENGINE = "nlp_engine_name: transformers\nmodels:\n  - {lang_code: en, model_name: {spacy: sp, transformers: hf}}\n"
LONGEST = 64


def made(folder: Path, tokens: int) -> Path:
    """Save a model without a layer that takes two words for names; its tokenizer cuts texts after so many tokens."""
    import spacy
    from tokenizers import Tokenizer, models, pre_tokenizers

    tokenizer = Tokenizer(models.WordLevel({word: place for place, word in enumerate(WORDS)}, unk_token="[UNK]"))  # noqa: S106 - a token of words
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    special = {"unk_token": "[UNK]", "pad_token": "[PAD]", "cls_token": "[CLS]", "sep_token": "[SEP]"}
    transformers.PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, model_max_length=tokens, **special
    ).save_pretrained(folder / "hf")
    config = transformers.BertConfig(
        vocab_size=len(WORDS),
        hidden_size=8,
        num_hidden_layers=0,
        num_attention_heads=1,
        intermediate_size=8,
        max_position_embeddings=LONGEST,
        id2label={0: "O", 1: "PER"},
        label2id={"O": 0, "PER": 1},
    )
    model = transformers.BertForTokenClassification(config)
    with torch.no_grad():
        for weights in model.parameters():
            weights.zero_()
        model.bert.embeddings.LayerNorm.weight.fill_(1)
        embedded = model.bert.embeddings.word_embeddings.weight
        embedded[:, 0] = 1
        for place in NAMES:
            embedded[place, 0], embedded[place, 1] = 0, 1
        model.classifier.weight[0, 0] = model.classifier.weight[1, 1] = 1
    model.save_pretrained(folder / "hf")
    spacy.blank("en").to_disk(folder / "sp")
    (folder / "nlp.yaml").write_text(ENGINE)
    return folder / "nlp.yaml"


pytestmark = [
    pytest.mark.filterwarnings("ignore:Tokenizer does not support real words"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
]


@pytest.mark.parametrize("engine", ["native", "presidio"])
def test_names_in_running_text_are_found_by_the_model(tmp_path, engine):
    stage = Pii(nlp_engine=made(tmp_path, LONGEST), engine=engine)
    texts = pa.array(["yesterday Wei Chen met 13812345678", "北极星计划", None])
    edited = stage.open()(texts)
    assert edited.strings.to_pylist() == ["yesterday <PERSON> met <PHONE_NUMBER>", "北极星计划", None]
    said = stage.lineage()
    assert said["coverage"]["names"] == "rules and transformers:hf"
    assert said["coverage"]["organisations"] == "transformers:hf"
    assert {"<LOCATION>", "<ORGANIZATION>", "<PERSON>"} <= {*said["placeholders"]}


def test_a_long_text_is_read_in_stretches(tmp_path):
    edited = Pii(nlp_engine=made(tmp_path, LONGEST)).open()(pa.array(["thing " * 500 + "Wei Chen" + " thing" * 500]))
    assert edited.strings[0].as_py().count("<PERSON>") == 1


def test_a_text_on_which_the_model_raises_is_not_let_through(tmp_path):
    edit = Pii(nlp_engine=made(tmp_path, 10**6)).open()
    assert edit(pa.array(["Wei Chen came"])).strings.to_pylist() == ["<PERSON> came"]
    with pytest.raises((IndexError, RuntimeError)):
        edit(pa.array(["Wei Chen " * LONGEST]))


def test_a_folder_without_a_model_is_a_mistake_of_the_configuration(tmp_path):
    path = made(tmp_path, LONGEST)
    for file in (tmp_path / "hf").iterdir():
        file.unlink()
    with pytest.raises(ConfigError, match="cannot be loaded"):
        Pii(nlp_engine=path).open()
