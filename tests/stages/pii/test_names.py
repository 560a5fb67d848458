"""Names of persons: found beside what announces them, and nothing else that stands in the same place."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curate.stages.pii.divisions import PREFECTURES
from curate.stages.pii.engine import Native
from curate.stages.pii.surnames import COMMON, COMPOUND, NO_NAMES, SURNAMES

NATIVE = Native(frozenset({"PERSON"}))
GIVEN = "晓岚雨薇志远思齐沐辰若溪景行嘉树"
ZH_NAMES = ["陆晓岚", "崔屿", "欧阳若溪", "司马沐", "古丽娜·阿依", "阿迪力·买买提·吐尔逊"]
EN_NAMES = [
    "Ines Halvorsen",
    "J. R. Okafor",
    "Mary-Kate O'Donnell",
    "Pieter van der Meer",
    "Zoë Ångström",
    "HUGO BRANDT",
]


def found(text: str) -> list[str]:
    return [text[span.start : span.end] for span in NATIVE.find(text)]


@pytest.mark.parametrize("name", ZH_NAMES)
class TestAChineseName:
    @pytest.mark.parametrize(
        "form",
        [
            "姓名：{}\n电话：见下",
            "联系人: {}，职务：采购",
            "法定代表人：{}；",
            "项目经理：{}\n",
            "指导老师: {}，",
            "| 姓名 | {} |",
            '{{"姓名": "{}", "性别": "女"}}',
            '{{"patient_name":"{}"}}',
            "姓名={}",
            "【收件人】：{}",
            "**申请人**：{}",
            "法定代表人为{}，注册资本",
            "姓名\t{}\n",
            "姓名,{},工号",
            "患者{}，因头痛就诊",
            "原告{}诉被告",
            "审判长　{}\n",
            "主治医师{}为其开具处方",
            "经医生{}诊断，确诊",
            "由主治医师{}负责诊疗",
            "患者{}，证件号码见下",
            "此致\n敬礼！\n{}\n",
            "经办人（签字）：{}",
            "签名：{}",
            "我叫{}。",
        ],
    )
    def test_is_found_after_a_label(self, name, form):
        text = form.format(name)
        assert found(text) == [name]

    @pytest.mark.parametrize(
        "label", ["姓名", "患者", "患者姓名", "联系人", "签字", "户名", "负责人", "法定代表人", "司机"]
    )
    @pytest.mark.parametrize("blanks", [" ", "  ", "　", "　　", "    ", "\t"])
    def test_is_found_after_a_label_that_blanks_spread(self, name, label, blanks):
        for joint in ["：", ": ", " ：", "|"]:
            assert found(f"{blanks.join(label)}{joint}{name}，见下") == [name]

    @pytest.mark.parametrize("form", ["姓　名　{}\n", "姓 名\t{}\n", "联 系 人 {}，"])
    def test_is_found_after_a_spread_label_and_a_blank(self, name, form):
        assert found(form.format(name)) == [name]

    @pytest.mark.parametrize(
        "form", ["经办人：顾清源 {}：{}", "{}：{} 经办：略", "| {} | {} | 制表 |", "出纳 略\n{}:{}\n"]
    )
    @pytest.mark.parametrize("label", ["复核", "审核", "审 核", "复　核", "审批", "批准", "经办", "制表", "校对"])
    def test_is_found_after_what_somebody_does_to_a_form_that_others_sign_too(self, name, form, label):
        assert found(form.format(label, name))[-1] == name

    @pytest.mark.parametrize(
        "form",
        [
            "请找{}先生",
            "由{}医生接诊",
            "感谢{}老师的指导",
            "（{}女士）",
            "和{}主任医师讨论",
            "在市第一医院{}医生的指导下",
        ],
    )
    def test_is_found_before_an_honorific(self, name, form):
        assert found(form.format(name)) == [name]

    @pytest.mark.parametrize(
        "form", ["{}，男，汉族", "{}（42岁）", "。{}是一位36岁的技师", "{}，一位36岁的技师", "{}，29岁，"]
    )
    def test_is_found_beside_an_age_or_a_sex(self, name, form):
        assert found(form.format(name)) == [name]


@pytest.mark.parametrize("name", EN_NAMES)
class TestAnEnglishName:
    @pytest.mark.parametrize(
        "form",
        [
            "Name: {}\nRole: buyer",
            "Full Name: {}",
            "Patient: {}, admitted",
            "| Contact | {} |",
            '{{"full_name": "{}", "id": 3}}',
            '{{"name": "{}", "gender": "F"}}',
            "Dear Ms. {},",
            "seen by Dr. {} (cardiology)",
            "Prof. {}; Chair",
            "Kind regards,\n{}\n",
            "Sincerely,\r\n\r\n{}",
            'From: "{}" <someone@hengtai.com.cn>',
            "Cc: {} <someone@hengtai.com.cn>",
            "Signed by: {}\n",
        ],
    )
    def test_is_found_where_it_is_announced(self, name, form):
        assert found(form.format(name)) == [name]

    def test_is_found_beside_an_age(self, name):
        assert found(f"Yesterday {name}, a 54-year-old welder, came in.")[-1].endswith(name)


class TestSeveralNames:
    def test_are_all_found_in_a_mail_header(self):
        text = 'To: Ines Halvorsen <i@hengtai.com.cn>, "Hugo Brandt" <h@hengtai.com.cn>; Petra Lindqvist\nSubject: x'
        assert found(text) == ["Ines Halvorsen", "Hugo Brandt", "Petra Lindqvist"]

    @pytest.mark.parametrize("joint", ["、", " ", "　", "，", ", ", "和", "；"])
    def test_are_all_found_in_a_chinese_list_of_members(self, joint):
        names = ["陆晓岚", "崔屿", "欧阳若溪", "沈嘉树"]
        assert found(f"参会人员：{joint.join(names)}\n地点：三楼") == names

    def test_are_parted_from_the_next_field(self):
        assert found("联系人：陆晓岚 高中 金额：3 万") == ["陆晓岚"]

    def test_are_all_found_in_a_chinese_list(self):
        assert found("参会人员：陆晓岚、崔屿、欧阳若溪，共三人") == ["陆晓岚", "崔屿", "欧阳若溪"]


class TestAFurtherMention:
    def test_of_a_name_once_announced_is_found_anywhere_in_the_text(self):
        text = "患者：陆晓岚，女。近日陆晓岚自觉好转，崔医生嘱陆晓岚静养。"
        assert found(text).count("陆晓岚") == 3
        text = "Patient: Ines Halvorsen\nToday Ines Halvorsen slept well. (Ines Halvorsen agreed.)"
        assert found(text) == ["Ines Halvorsen"] * 3

    def test_of_a_short_name_is_found_where_a_clause_begins(self):
        assert found("病人崔屿今日复诊，崔屿报告好转。") == ["崔屿", "崔屿"]
        assert found("姓名：方正\n方正，男。公司名为北大方正。") == ["方正", "方正"]

    def test_of_a_surname_alone_is_left(self):
        assert found("Dear Ms. Brandt, the Brandt valve leaks. 王先生说王水腐蚀。") == ["Brandt", "王"]


@pytest.mark.parametrize("surname", [*COMMON[::7], *COMPOUND.split("|")[::4]])
def test_every_surname_begins_a_name_after_a_label(surname):
    for given_name in ("晓岚", "屿"):
        assert found(f"联系人：{surname}{given_name}，") == [surname + given_name]


@given(surname=st.sampled_from(SURNAMES), signs=st.text(GIVEN, min_size=1, max_size=2))
def test_a_labelled_name_is_found_whatever_its_surname(surname, signs):
    name = surname + signs
    if name[:2] not in NO_NAMES:
        assert found(f"姓名：{name}\n") == [name]


@pytest.mark.parametrize("name", ["展晓岚", "付屿", "苑晓岚"])
def test_a_rare_surname_counts_where_only_a_person_has_what_follows(name):
    for form in ("患者{}，证件号码见下", "被告人{}，男，", "申请人{}（34岁）", "司机{} 身份证号"):
        assert found(form.format(name)) == [name]


@pytest.mark.parametrize("name", ["陆崔晓岚", "陈方安然"])
def test_a_name_of_two_surnames_is_found_whole_after_a_label(name):
    assert found(f"姓名：{name}，工号") == [name]
    assert found(f"联系人：{name}\n") == [name]


@given(word=st.sampled_from(sorted(NO_NAMES)), label=st.sampled_from(["联系人：", "患者", "负责人为", "原告"]))
def test_a_word_that_begins_with_a_surname_is_no_name(word, label):
    assert found(f"{label}{word}，另行说明") == []


@given(place=st.sampled_from(sorted(PREFECTURES)))
def test_a_city_is_no_name(place):
    assert found(f"申请人：{place}市人民政府") == []


HARMLESS = [
    "联系人：见附件",
    "联系人：同上，电话：略",
    "负责人：待定",
    "姓名：不详",
    "申请人：北京市人民检察院",
    "原告：万科企业股份有限公司",
    "被告：金山软件有限公司",
    "患者：高龄，既往体健",
    "患者应当遵医嘱，按时服药",
    "原告应当提交证据，被告可以答辩",
    "被害人陈述，证人证言",
    "申请人申请，经审查",
    "当事人全部到场",
    "张某，男，1980年生",
    "被告人李某某犯盗窃罪",
    "高级经理、项目主任、常务主任",
    "各位老师、各位同学",
    "审核：高级，复核：通过",
    "审核：周期为三天",
    "复核：金额、数量",
    "姓 名：不详",
    "经办人：略 复核：计算无误，审核：通过",
    "国务院文物主管部门应当会同有关部门",
    "负责人：高级工程师，电话：略",
    "原告：金山软件，被告：略",
    "农民，45岁；初中生，14岁；那时，30岁",
    "患者白内障治疗后，医师建议复诊",
    "由于医生不足",
    "高血压，35岁以上多见",
    "姓名,性别,年龄,车牌",
    "本法所称经营者，是指从事商品经营的法人",
    "人民法院院长、审判员、书记员",
    "Name: see attachment",
    "name: Install Docker\n  uses: apt",
    "- name: Upload Artifact\n  run: x",
    '{"name": "lodash", "version": "4.17.21"}',
    '{"name": "Siemens Simatic", "category": "vendor"}',
    "Contact: Siemens Support Team",
    "From: Version Two onwards",
    "From: 2021-01-01 To: 2021-02-01",
    "Dear Customer, dear all, Dear Sir or Madam",
    "Chairman of the Board, President and Secretary",
    "MS SQL, MR angiography and DR sites",
    "Thanks,\nThe Support Team\n",
    "37 Corvid Dr Springfield",
    "key: value, std::vector, http://host/path",
    "a 3-year-old machine",
]


@pytest.mark.parametrize("text", HARMLESS, ids=range(len(HARMLESS)))
def test_what_is_no_name_is_left_alone(text):
    assert found(text) == []


@pytest.mark.parametrize(
    "unit",
    [
        "姓名：张三、",
        "张",
        "先生",
        "张医生",
        "·张",
        "：",
        "To: Ann Lee, ",
        "A. ",
        "Ann-",
        "<a@",
        "Regards,\n",
        "，男，",
        "a 3-year-old ",
    ],
)
def test_a_long_monotonous_text_costs_no_more_than_its_length(unit):
    text = unit * (60_000 // len(unit))
    half = text[: len(text) // 2 // len(unit) * len(unit)]
    assert len(NATIVE.find(text)) <= 2 * len(NATIVE.find(half)) + 2


@pytest.mark.parametrize(
    "name",
    [
        "McDonald-Hughes-Brown",
        "Smith-Jones-Brown-Lee",
        "Papadopoulos-Theodorakopoulos",
        "Venkatanarasimharajuvaripeta",
    ],
)
@pytest.mark.parametrize("form", ["Dear Ms. {},", "Name: Maria {}\nAge: 40"])
def test_of_a_long_surname_or_one_of_several_parts_nothing_stays(name, form):
    assert found(form.format(name)) in ([name], [f"Maria {name}"])


@pytest.mark.parametrize("quoted", ["", "> ", "| "])
@pytest.mark.parametrize("name", ["BAKER, ANN", "Baker, Ann", "Baker, Ann M."])
def test_under_a_letter_a_name_with_its_surname_first_goes_whole(quoted, name):
    assert found(f"{quoted}Regards,\n{quoted}{name}\n") == [name]
    assert found(f"From: {name} <a@b.cn>\n\n{quoted}Thanks,\n{quoted}{name}\n") == [name, name]


def test_under_a_letter_a_first_name_before_a_company_goes_alone():
    assert found("Thanks,\nAnn, Acme Support\n") == ["Ann"]
