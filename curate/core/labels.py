"""Words that say of a number that it is a thing's: of an order, a batch, a part; for all that look at numbers.

Each is a string of alternatives of a regular expression, in lower case. Those who read them compile them in their own
way, so that they share what is known of the world and no code.
"""

THINGS = (
    "订单|单号|流水号|批号|批次|编号|专利|货号|料号|件号|条码|序列号|合同号|发票|案号|文号|型号|图号|物料|书号|刊号|准字|证书号|时间戳|"
    "编码|工单号|注准|公网安备|运单|快递单|条形码|备案号|许可证号|设备号|机身号|资产号|车次|航班|"
    "凭证号|凭证编号|任务id|任务号|会议号|会议id|交易号|"
    "样本号|标本号|样品号|读数|成交量|交易量|"
    "群号|商品id|用户id|播放量|访问量|浏览量|阅读量|点击量|下载量"
)
"""Chinese ones, and whatever may stand inside a word."""
BEGINNING = "p/n|s/n|gb[/ z]|[a-z]{2}/t|cve-|cnn?vd-|cwe-|icp备"
"""No letter stands before these."""
WHOLE = (
    "order|batch|lot|part|serial|invoice|sku|model|patent|ticket|doi|isbn|issn|timestamp|iso|iec|ean|upc|gtin|"
    "tracking|nsn|"
    "rfc|sn|gb"
)
"""No letter stands on either side of these."""
KEYS = (
    "id|ids|tid|pid|ppid|ts|time|timestamp|epoch|offset|seq|sequence|size|length|len|count|cnt|total|sum|pos|position|start|"
    "end|begin|limit|"
    "cursor|rev|revision|nonce|crc|checksum|hash|token|idx|index|bytes|duration|latency|elapsed|expires|ttl|inode"
)
"""Last words of keys whose values are numbers of machines."""
KEYS_OF_RECORDS = "id|ids|token"
"""Of these, what may well be the telephone by which a record names somebody, where no other word stands beside."""
KEYS_OF_PEOPLE = (
    "phone|phones|mobile|mobiles|tel|telephone|cell|cellphone|sms|call|caller|callee|wa|whatsapp|contact|contacts|"
    "user|users|u|"
    "uid|account|accounts|member|members|login|profile|people|person|customer|customers|client|clients|resume|"
    "resumes|cv|patient|"
    "patients|employee|employees|wechat|weixin|wx|qq|dial|card|cards|friend|friends|author|seller|buyer|owner|"
    "sender|receiver|recipient|vcard|msisdn|alipay"
)
"""Words in keys and paths beside which a number may be somebody's after all."""
TRACKERS = "jira|issue|bug|task|req|story|inc|chg"
"""What numbers the entries of a tracker, glued to them by a hyphen or `#`; no letter stands before."""
STEMS = (
    "file|img|image|photo|pic|picture|log|backup|bak|dump|data|export|tmp|temp|cache|part|chunk|shard|segment|seg|"
    "snapshot|video|"
    "screenshot|upload|download|thumb|thumbnail|frame|trace|core|access|error|db|sql|mmexport|dsc|mvimg|item|page|"
    "article|news|"
    "goods|product|detail|show|view"
)
"""What the names of files begin with that machines make."""
FILE_ENDS = (
    "log|csv|tsv|json|jsonl|ndjson|xml|ya?ml|s?html?|php|jspx?|aspx?|jpe?g|png|gif|bmp|webp|svg|mp4|avi|mov|flv|"
    "mkv|zip|tar|gz|tgz|"
    "rar|7z|bz2|xz|zst|parquet|avro|orc|db|sqlite|sql|bak|tmp|dat|bin"
)
"""Endings of such files; not those of letters, cards and calls."""
