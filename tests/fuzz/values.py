"""What nobody types on purpose, and what some type on purpose: texts, numbers, days, files."""

import io
import string
import unicodedata
import zipfile
from random import Random

from PIL import Image

VIETNAMESE = (
    "Đề nghị sửa đường liên thôn Nghĩa Hưng, đoạn qua nhà ông Nguyễn Văn Ước",
    unicodedata.normalize("NFD", "Nguyễn Thị Hường – thôn Cẩm Đông, xã Nghĩa Hòa"),
    "Nguyễn" + unicodedata.normalize("NFD", " Thị Ngọc Ẩn"),
    "§Ò nghÞ söa ®­êng liªn th«n",  # TCVN3, pasted from an old document
    "Ñeà nghò söûa ñöôøng",  # VNI
    "Ðường Ðình (Ð is not Đ)",
    "ĐƯỜNG ĐỖ ƯỚC",
)
MARKUP = (
    "<script>alert('đường')</script>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    "</textarea><svg/onload=alert(1)>",
    "</title><h1>giả</h1>",
    "javascript:alert(1)",
    "data:text/html;base64,PHNjcmlwdD4=",
    "&lt;b&gt; &amp; &#x3c;i&#x3e; &nbsp;",
    "<!-- chú thích --> <![CDATA[ x ]]>",
    '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>',
    "]]></w:t><w:p/>",
    "{{ 7 * 7 }} {% raw %} {# x #}",
    "${7*7} #{7*7} <%= 7*7 %>",
    "%(name)s %s %d %n {0} {name} {}",
    "[liên kết](javascript:alert(1))",
)
STATEMENTS = (
    "' OR '1'='1",
    "1; DROP TABLE petitions; --",
    '" UNION SELECT password_hash FROM users --',
    "a%_\\%' ESCAPE '\\",
    'NEAR(a b) AND * OR "',
    'nuoc* OR -sach NOT "((',
    ":tham_số %(tham_số)s ? $1",
)
FORMULAS = (
    "=1+1",
    '=HYPERLINK("http://example.invalid","xem")',
    "+84912345678",
    "-2+3+cmd|' /C calc'!A0",
    "@SUM(1+1)",
    "\t=1+1",
    "  =1+1",
    "\uff1d1+1",
    "\uff0b1",
    "\uff0d1",
    "\uff20SUM(1)",
    "a;=1+1",
    'a","=1+1',
    "'=1+1",
)
SIGNS = (
    "👩‍👩‍👧‍👦 🇻🇳 🏠",
    "\u202eđảo ngược\u202c",
    "\u2066abc\u2069 \u200eabc\u200f",
    "a\u200bb\u200cc\u200dd\ufeffe\u00adf",
    "a\u2028b\u2029c\u0085d",
    "e" + "\u0301" * 500,
    "\U00020000\U0001f600\U0010fffd",
    "𝐍𝐠𝐮𝐲ễ𝐧",
    "العربية עברית ไทย 漢字",
    "\u00a0\u2003\u3000",
    "dòng một\r\ndòng hai\rdòng ba\ndòng bốn",
    "ﬁ ﬂ Ⅻ ½ ① ㎏",
)
UNREADABLE = (
    "a\x00b",
    "\x00",
    "a\x1b[31mđỏ\x1b[0m",
    "a\x08\x7fb",
    "a\ufffeb\uffff",
    "a\x0bb\x0cc",
    "\x01\x02\x03",
)
LINES = (
    "a\r\nSet-Cookie: x=1",
    "a\n2026-01-01 ERROR giả",
    "x" * 39,
    "x" * 201,
    "ơ" * 1_000,
    "Ơ " * 10_000,
    "ước " * 75_000,
)
PATHS = (
    "../../../../etc/passwd",
    "..\\..\\windows\\win.ini",
    "/etc/passwd",
    "C:\\CON",
    "; ls -la | cat",
    "$(sleep 1) `sleep 1`",
    "//example.invalid/",
    "/\\example.invalid",
    "%2e%2e%2f %00 %0d%0a",
)
NUMBERS = (
    "0",
    "-0",
    "-1",
    "1",
    "007",
    "1.000",
    "1,5",
    "1e308",
    "NaN",
    "-Infinity",
    "2147483647",
    "2147483648",
    "9223372036854775808",
    "9" * 5_000,
    "٣",
    "１２",
    "²",
    "0x10",
    "1_000",
    " 5 ",
)
DAYS = (
    "31/12/9999",
    "01/01/0001",
    "1/1/0000",
    "30/02/2026",
    "29/02/2028",
    "29/02/2027",
    "2026-13-45",
    "9999-12-31",
    "0001-01-01",
    "01/01/1900",
    "32/1/2026",
    "1/1/99999",
    "12/2026",
    "13/2026",
    "quý IV/2023",
    "quý V/9999",
    "9999",
    "0000",
    "hôm qua",
    "2026-W01-1",
    "2026-01-01T00:00:00Z",
    "١/١/٢٠٢٦",
    "12/9999",
    "tháng 12/9999",
)
WORDS = ("", " ", "None", "null", "true", "on", "undefined", "[]", "{}", "id", "-", "vi", "🔑")
READABLE = (*VIETNAMESE, *MARKUP, *STATEMENTS, *FORMULAS, *SIGNS)
"""What a register must keep, or tidy, and give back by every way out."""
TEXTS = (*READABLE, *UNREADABLE, *LINES, *PATHS, *NUMBERS, *DAYS, *WORDS)
LETTERS = (
    string.printable
    + "ăâđêôơưĂÂĐÊÔƠƯáàảãạ\u0301\u0300\u0309\u0303\u0323\u200b\u202e\u00a0\x00\x1f\ufeff😀'\"<>&%"
)
RAW_PATHS = (
    "%00",
    "%ED%A0%80",
    "%FF%FE",
    "%C0%AF",
    "%E1%BB%85",
    "%2e%2e",
    "%2F",
    "%5C",
    "%0d%0aX:1",
    "%F0%9F%98%80",
    "%",
    "%zz",
    "-1",
    "0",
    "999999",
    "99999999999999999999999",
    "KN-2026-000001",
    "kn-2026-1",
    "KN-2026-" + "9" * 300,
    "x" * 3000,
    "a;b=c",
    "%7B%7B7*7%7D%7D",
    "%27%20OR%201=1--",
)
HEADERS = {
    "Accept-Language": ("vi", "*;q=0", "a" * 5_000, "đ"),
    "Accept": ("text/html", "application/json", "\x7f", "q=;;"),
    "Accept-Encoding": ("gzip", "br;q=nan", "*"),
    "Range": ("bytes=0-0", "bytes=-1", "bytes=5-2", "lines=1", "bytes=0-,0-,0-", "bytes=9" * 99),
    "If-None-Match": ('"a"', "*", "W/", '"' * 99),
    "If-Modified-Since": ("Thu, 01 Jan 1970 00:00:00 GMT", "Thu, 99 Foo 99999", "đ"),
    "If-Range": ('"a"', "Thu, 01 Jan 1970 00:00:00 GMT", "\t"),
    "Origin": ("null", "http://localhost", "http://[", "//", "đ", "http://example.invalid:x"),
    "Referer": ("http://localhost/", "http://[", "đ"),
    "Sec-Fetch-Site": ("same-origin", "cross-site", "none", ""),
    "X-Forwarded-For": ("1.2.3.4", "x, y", "::1", "a" * 999),
    "X-Forwarded-Proto": ("https", "đ"),
    "Forwarded": ("for=x;proto=https", ";;;"),
    "Host": ("localhost", "example.invalid", "localhost:x", "[", "a" * 300, "local host", "ñ"),
    "User-Agent": ("", "đ" * 300, "a\x7f", "x" * 9_000),
    "Content-Type": (
        "text/plain",
        "application/json",
        "multipart/form-data",
        "multipart/form-data; boundary=",
        "multipart/form-data; boundary=" + "x" * 300,
        "application/x-www-form-urlencoded; charset=utf-7",
        ";",
        "đ",
    ),
    "Content-Encoding": ("gzip", "deflate"),
    "Transfer-Encoding": ("chunked", "gzip"),
    "Authorization": ("Basic !!!", "Bearer " + "x" * 999),
    "X-HTTP-Method-Override": ("DELETE",),
    "X-CSRFToken": ("x", "đ"),
}
COOKIES = (
    "tracker=x",
    "tracker=.eJwrSS0uAQAEXQHB.x.y",
    "tracker=" + "a" * 4_000,
    "tracker=eyJzaWduX2luIjoxfQ.aaaa.bbbb",
    "lang=de; lang=en",
    "lang=\xff",
    "=; ;;; =x",
    "tracker",
    "lang=" + "x" * 3_000,
)
FORM = "application/x-www-form-urlencoded"
BODIES = (
    (b"", FORM),
    (b"\xff\xfe=\xff&csrf_token=\xed\xa0\x80", FORM),
    (b"a=" + b"%" * 2_000, FORM),
    (b"&".join(b"f%d=1" % n for n in range(5_000)), FORM),
    (b"content=" + b"x" * 3_000_000, FORM),
    (b'{"csrf_token": [1, {"a": null}]}', "application/json"),
    (b"{", "application/json"),
    (b"--x\r\nbroken", "multipart/form-data; boundary=x"),
    (b"--x\r\nContent-Disposition: form-data\r\n\r\n1\r\n--x--", "multipart/form-data; boundary=x"),
    (
        b'--x\r\nContent-Disposition: form-data; name="file"; filename="\xff"\r\n\r\n1\r\n--x--',
        "multipart/form-data; boundary=x",
    ),
    (
        b'--x\r\nContent-Disposition: form-data; name="a"\r\nContent-Type: text/plain;'
        b" charset=nothing\r\n\r\n\xff\r\n--x--",
        "multipart/form-data; boundary=x",
    ),
    (b"--\r\n--", "multipart/form-data"),
    (b"<a/>", "text/xml"),
    (b"\x1f\x8b\x08", FORM),
)


def _zip(**members: bytes) -> bytes:
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, body in members.items():
            archive.writestr(name, body)
    return kept.getvalue()


def _png() -> bytes:
    kept = io.BytesIO()
    Image.new("RGB", (2, 2), "red").save(kept, "PNG")
    return kept.getvalue()


PNG = _png()
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
FILES = (
    ("ảnh hiện trường.png", PNG),
    ("biên bản.pdf", PDF),
    ("rỗng.pdf", b""),
    ("cụt.png", PNG[:40]),
    ("khổng lồ.png", PNG[:16] + b"\x7f\xff\xff\xff" * 2 + PNG[24:]),
    ("giả.pdf", b"MZ\x90\x00" + b"x" * 500),
    ("trang.html", b"<script>alert(1)</script>"),
    ("vẽ.svg", b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"),
    ("thư.docx", _zip(**{"word/document.xml": b"<a/>"})),
    ("thư.docx", _zip(**{"[Content_Types].xml": b"<", "word/document.xml": b"\x00"})),
    ("leo.docx", _zip(**{"../../x": b"1", "[Content_Types].xml": b"<Types/>"})),
    ("bảng.xlsx", _zip(**{"xl/workbook.xml": b"<a>" * 3000})),
    ("bom.docx", _zip(**{"word/document.xml": b"0" * 5_000_000})),
    ("thư.docx", b"PK\x03\x04" + b"\x00" * 60),
    ("../../../etc/passwd", b"x"),
    ("a\x00b.png", PNG),
    ("x" * 300 + ".pdf", PDF),
    ('a"; b\r\nX: 1.png', PNG),
    ("\u202egnp.exe", PNG),
    ("", PNG),
    (".", PDF),
)


def text(random: Random) -> str:
    """Draw a text: one of the table, two of it joined, or letters in no order."""
    kind = random.random()
    if kind < 0.7:
        return random.choice(TEXTS)
    if kind < 0.8:
        return random.choice(TEXTS)[:3_000] + random.choice(TEXTS)[:3_000]
    return "".join(random.choice(LETTERS) for _ in range(random.choice((1, 3, 12, 60, 300))))


def raw_path(random: Random) -> str:
    """Draw what stands in an address where a code or a number should."""
    return random.choice(RAW_PATHS)
