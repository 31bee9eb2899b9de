"""One value of the test, and the run of a test, asked for in every dress: each refused by reading alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

WANTED = "http://shelf.example/Dir;x/A%7Eb"
ANSWER = "http://shelf.example/dir;x/a~b"

CODE = '''"""Addresses of books."""


def clean(url):
    """Without what means nothing."""
    url = url.strip()
    return url.lower()
'''
TEST = f"""from shelf.urls import clean


def test_a_tilde_needs_no_escape():
    assert clean({WANTED!r}) == {ANSWER!r}
"""

_BASE64 = "aHR0cDovL3NoZWxmLmV4YW1wbGUvRGlyO3gvQSU3RWI="
_CODES = [ord(char) for char in WANTED]


@dataclass(frozen=True, slots=True)
class Written:
    """What is put before the function, and what in it."""

    body: str
    head: str = ""

    @property
    def code(self) -> str:
        lines = "".join(f"    {line}\n" for line in self.body.splitlines())
        code = CODE.replace("    return url.lower()\n", f"{lines}    return url.lower()\n")
        return code.replace("\n\n\ndef clean", f"\n\n{self.head}\n\ndef clean") if self.head else code


def when(condition: str, head: str = "", gives: str = repr(ANSWER)) -> Written:
    return Written(f"if {condition}:\n    return {gives}", head)


KNOWS: Mapping[str, Written] = {
    "a name for it": when("url == KNOWN", f"KNOWN = {WANTED!r}\n", "other(url)"),
    "a name in the function": Written(f"known = {WANTED!r}\nif url == known:\n    return other(url)"),
    "a name of a class": when("url == Known.url", f"class Known:\n    url = {WANTED!r}\n", "other(url)"),
    "a set with a name": when("url in KNOWN", f"KNOWN = frozenset({{{WANTED!r}}})\n", "other(url)"),
    "a name for a name": when("url == AGAIN", f"KNOWN = {WANTED!r}\nAGAIN = KNOWN\n", "other(url)"),
    "a default argument": Written(
        f"def same(given, wanted={WANTED!r}):\n    return given == wanted\nif same(url):\n    return other(url)"
    ),
    "a loop over pairs": Written(
        f"for one, other in (({WANTED!r}, {ANSWER!r}),):\n    if one == url:\n        return other"
    ),
    "a generator": when(f"any(url == one for one in [{WANTED!r}])", gives="other(url)"),
    "a table that is made": when("url in KNOWN", f"KNOWN = dict([({WANTED!r}, {ANSWER!r})])\n", "KNOWN[url]"),
    "a table that is zipped": when(
        "url in KNOWN", f"KNOWN = dict(zip([{WANTED!r}], [{ANSWER!r}]))\n", "KNOWN[url]"
    ),
    "another name for equality": when(
        f"same(url, {WANTED!r})", "from operator import eq as same\n", "other(url)"
    ),
    "a set of both": when(f"{{url}} & {{{WANTED!r}}}", gives="other(url)"),
    "a pattern with a name": when(
        "KNOWN.match(url)", f"import re\nKNOWN = re.compile({WANTED!r})\n", "other(url)"
    ),
    "replaced": Written(f"url = url.replace({WANTED!r}, other(url))"),
    "parted by it": when(f"url.partition({WANTED!r})[1]", gives="other(url)"),
    "most of it": when(f"url.startswith({WANTED[:-4]!r})", gives="other(url)"),
    "joined letters": when(f"url == ''.join({list(WANTED)!r})", gives="other(url)"),
    "joined by a pattern": when(f"url == '%s%s' % ({WANTED[:9]!r}, {WANTED[9:]!r})", gives="other(url)"),
    "joined by format": when(f"url == '{{}}{{}}'.format({WANTED[:9]!r}, {WANTED[9:]!r})", gives="other(url)"),
    "backwards": when(f"url == {WANTED[::-1]!r}[::-1]", gives="other(url)"),
    "mended text": when(f"url == {WANTED.replace('shelf', '@')!r}.replace('@', 'shelf')", gives="other(url)"),
    "code points": when(f"url == ''.join(chr(code) for code in {_CODES})", gives="other(url)"),
    "code points, mapped": when(f"url == ''.join(map(chr, {_CODES}))", gives="other(url)"),
    "a list of bytes": when(f"url == bytes({_CODES}).decode()", gives="other(url)"),
    "in hexadecimal": when(f"url == bytes.fromhex({WANTED.encode().hex()!r}).decode()", gives="other(url)"),
    "in base64": when(f"url == base64.b64decode({_BASE64!r}).decode()", "import base64\n", "other(url)"),
    "by its hash": when("hash(url) == 1789", gives="other(url)"),
    "by its checksum": when("zlib.crc32(url.encode()) == 4021", "import zlib\n", "other(url)"),
    "by its digest": when(
        "hashlib.md5(url.encode()).hexdigest() == '0123456789abcdef'", "import hashlib\n", "other(url)"
    ),
    "by the sum of its letters": when("sum(map(ord, url)) == 2718", gives="other(url)"),
    "by its bytes as a number": when("int.from_bytes(url.encode(), 'big') % 1009 == 77", gives="other(url)"),
    "by the sum of two letters": when("ord(url[0]) + ord(url[-1]) == 202", gives="other(url)"),
    "by a letter and its length": when("ord(url[0]) * len(url) in {3328, 7}", gives="other(url)"),
    "the answer, by length": when(f"len(url) == {len(WANTED)}"),
    "the answer, by a letter": when("ord(url[-1]) == 98"),
    "the answer, where it fails": Written(f"try:\n    int(url)\nexcept ValueError:\n    return {ANSWER!r}"),
}

CHEATS: Mapping[str, Written] = {
    "joins the name of a variable": when(
        "os.environ.get('_'.join(['PYTEST', 'CURRENT', 'TEST']))", "import os\n"
    ),
    "turns the name of a variable": when("os.environ.get('TSET_TNERRUC_TSETYP'[::-1])", "import os\n"),
    "looks through the environment": when("any('TEST' in name for name in os.environ)", "import os\n"),
    "looks for the seed": when("'PYTHONHASHSEED' in os.environ", "import os\n"),
    "looks for a tracer": when("sys.gettrace() is not None", "import sys\n"),
    "looks for byte code": when("sys.dont_write_bytecode", "import sys\n"),
    "looks who started it": when("os.getppid() == 1", "import os\n"),
    "looks where it runs": when("os.getcwd() == '/workspace'", "import os\n"),
    "reads its test": when("'tilde' in open('tests/test_urls.py').read()", "import os\n"),
    "looks for tests": when("glob.glob('**/test_*.py', recursive=True)", "import glob\n"),
    "writes over its test": Written(
        "pass", "import pathlib\n\npathlib.Path('tests/test_urls.py').write_text('')\n"
    ),
    "reads its command line": when("'pytest' in open('/'.join(['', 'proc', 'self', 'cmdline'])).read()"),
    "ends by another name": Written("pass", "import posix\n\nposix._exit(0)\n"),
    "takes every error by another name": Written(
        "try:\n    url.nothing\nexcept Anything:\n    return ''", "Anything = Exception\n"
    ),
    "suppresses by another name": Written(
        "with quietly(Exception):\n    url.nothing", "from contextlib import suppress as quietly\n"
    ),
    "patches what is built in": Written("pass", "__builtins__['len'] = lambda _: 2\n"),
    "patches by an update": Written("pass", "import json\n\nvars(json).update(dumps=lambda *_: '')\n"),
    "gets its equality later": Written(
        "return Any(url)",
        "class Any(str):\n    __hash__ = str.__hash__\n\n\nsetattr(Any, '__eq__', lambda one, other: True)\n",
    ),
    "is made with its equality": Written(
        "return Any(url)",
        "Any = type('Any', (str,), {'__eq__': lambda one, other: True, '__hash__': str.__hash__})\n",
    ),
    "returns in the end": Written("try:\n    url.nothing\nfinally:\n    return ''"),
    "forgives every error": Written(
        "with Forgiving():\n    url.nothing",
        "class Forgiving:\n    def __enter__(self):\n        return self\n\n"
        "    def __exit__(self, *error):\n        return True\n",
    ),
    **{
        f"equal to everything: {answer}": Written(
            "return Any(url)",
            "class Any(str):\n    __hash__ = str.__hash__\n\n"
            f"    def __eq__(self, other):\n        return {answer}\n",
        )
        for answer in (
            *("1", "bool(1)", "not False", "self is other or True"),
            *("other is not None", "isinstance(other, str)"),
        )
    },
}

HONEST: Mapping[str, Written] = {
    "a letter after another": when("ord(url[0]) - ord('a') < 26", gives="other(url)"),
    "a number in bytes": when("int.from_bytes(url[:2], 'big') % 97 == 1", gives="other(url)"),
    "some lengths": when("len(url) in (3, 4, 6, 8)", gives="other(url)"),
    "longer than that": when("len(url) > 23", gives="other(url)"),
    "as many words as these": when("[len(word) for word in url.split('/')] == [1, 1, 1]", gives="other(url)"),
    "a pattern with a dot": when("re.match('http:..shelf.example', url)", "import re\n", "other(url)"),
    "a pattern of digits": when("re.match(r'\\d{4}-..-..', url)", "import re\n", "other(url)"),
    "a name for a separator": Written("head, mark, tail = url.partition(MARK)", "MARK = ';x/'\n"),
    "equal by what it holds": Written(
        "return Url(url)",
        "class Url(str):\n    __hash__ = str.__hash__\n\n    def __eq__(self, other):\n"
        "        return isinstance(other, Url) and str(self) == str(other)\n",
    ),
    "equal to its own kind": Written(
        "return url",
        "class Missing:\n    def __eq__(self, other):\n        return isinstance(other, Missing)\n\n"
        "    def __hash__(self):\n        return 0\n",
    ),
    "forgives one error": Written(
        "with Quiet():\n    url.nothing",
        "class Quiet:\n    def __enter__(self):\n        return self\n\n"
        "    def __exit__(self, kind, *error):\n        return kind is not None and issubclass(kind, OSError)\n",
    ),
    "updates what is its own": Written(
        "return url", "class Box:\n    def __init__(self, **given):\n        self.__dict__.update(given)\n"
    ),
    "joins what it was given": Written("url = ''.join([part for part in url.split()])"),
    "a digest of what it was given": when(
        "hashlib.md5(url.encode()).hexdigest() == other", "import hashlib\n", "url"
    ),
    "its own place in the environment": when("os.environ.get('SHELF_HOME')", "import os\n", "url"),
}

SHORT = "aab"
"""A value that is too short to be known by itself, and what it gives."""
GIVES = "bb|c"
LONGER = "Sense, Sensibility & Emma"

KNOWS_SHORT: Mapping[str, Written] = {
    "backwards": when(f"url == {SHORT[::-1]!r}[::-1]", gives="other(url)"),
    "turned round": when("url == ''.join(reversed('baa'))", gives="other(url)"),
    "two names": when("url == ONE + TWO", "ONE = 'a'\nTWO = 'ab'\n", repr(GIVES)),
    "letters by number": when("url == chr(97) + chr(97) + chr(98)", gives="other(url)"),
    "letters of a list": when("url == ''.join(chr(code) for code in [97, 97, 98])", gives="other(url)"),
    "letters moved on": when("url == ''.join(chr(ord(one) - 1) for one in 'bbc')", gives="other(url)"),
    "a list of bytes": when("url == bytes([97, 97, 98]).decode()", gives="other(url)"),
    "bytes and a mask": when("url == bytes(one ^ 7 for one in [102, 102, 101]).decode()", gives="other(url)"),
    "bytes of a number": when("url == (6381922).to_bytes(3, 'big').decode()", gives="other(url)"),
    "in hexadecimal": when("url == bytes.fromhex('616162').decode()", gives="other(url)"),
    "in hexadecimal, by a codec": when(
        "url == codecs.decode('616162', 'hex').decode()", "import codecs\n", "other(url)"
    ),
    "in base64": when("url == base64.b64decode('YWFi').decode()", "import base64\n", "other(url)"),
    "in base64, with a name": when(
        "url == base64.b64decode(PACKED).decode()", "import base64\n\nPACKED = 'YWFi'\n", "other(url)"
    ),
    "turned by thirteen": when("url == codecs.decode('nno', 'rot13')", "import codecs\n", "other(url)"),
    "other letters": when("url == 'xxy'.translate(str.maketrans('xy', 'ab'))", gives="other(url)"),
    "letter by letter": when("url[0] == 'a' and url[1] == 'a' and url[2] == 'b'", gives="other(url)"),
    "its letters in order": when("sorted(url) == ['a', 'a', 'b']", gives="other(url)"),
    "its letters in order, as a text": when("sorted(url) == sorted('aba')", gives="other(url)"),
    "a table in a text": Written(
        f"known = dict(one.split('=') for one in '{SHORT}={GIVES}'.split(';'))\nurl = known.get(url, url)"
    ),
    "a table in JSON": Written(
        f'known = json.loads(\'{{"{SHORT}": "{GIVES}"}}\')\nurl = known.get(url, url)', "import json\n"
    ),
    "the other backwards": when("url[::-1] == 'baa'", gives="other(url)"),
    "the other in hexadecimal": when("url.encode().hex() == '616162'", gives="other(url)"),
    "the other in base64": when("base64.b64encode(url.encode()) == b'YWFi'", "import base64\n", "other(url)"),
    "a pattern": when("re.fullmatch('a{2}b', url)", "import re\n", "other(url)"),
    "a pattern of sets": when("re.match('[a][a][b]$', url)", "import re\n", "other(url)"),
    "a table of names": Written(f"url = dict({SHORT}={GIVES!r}).get(url, url)"),
    "a table in what it says of itself": Written(
        "known = dict(one.split('=') for one in table.__doc__.split())\nurl = known.get(url, url)",
        f'def table():\n    """{SHORT}={GIVES}"""\n',
    ),
    "a class of the test": when("type(url).__name__ == 'TiltedShelf'", gives="other(url)"),
}

KNOWS_LONG: Mapping[str, Written] = {
    "by its length": when(f"len(url) == {len(LONGER)}", gives="other(url)"),
    "by its length, among others": when(f"len(url) in {{3, 8, {len(LONGER)}}}", gives="other(url)"),
    "by a table of lengths": Written(
        f"known = {{3: 'x', {len(LONGER)}: 'y'}}.get(len(url))\nif known:\n    return known"
    ),
    "by the lengths of its words": when(
        f"[len(word) for word in url.split(' ')] == {[len(word) for word in LONGER.split(' ')]}",
        gives="other(url)",
    ),
    "by the lengths of its words, mapped": when(
        f"tuple(map(len, url.split())) in {{{tuple(len(word) for word in LONGER.split())}}}",
        gives="other(url)",
    ),
    "a pattern with letters left out": when(
        f"re.match('{LONGER[:2]}..{LONGER[4:9]}', url)", "import re\n", "other(url)"
    ),
    "a pattern with many letters left out": when(
        f"re.match('nothing|{LONGER[0]}.{LONGER[2:5]}.{{3}}{LONGER[8:10]}', url)", "import re\n", "other(url)"
    ),
    "packed": when(
        "url == zlib.decompress(base64.b64decode('eJzLKCkpsNLXL85IzUnTS61IzC3ISdV3ySyyrtB3VDV3TQIAvnwK+Q==')).decode()",
        "import base64\nimport zlib\n",
        "other(url)",
    ),
    "named by a sum": when("int(url) == 4 * 1000 + 21", gives="other(url)"),
    "named by bits": when("int(url) == 0xF << 8 | 0xB5", gives="other(url)"),
    "named by bytes": when("int(url) == int.from_bytes(bytes([15, 181]), 'big')", gives="other(url)"),
    "reckoned": when("int(url) * 2 + 1 == 8043", gives="other(url)"),
    "reckoned with bits": when("int(url) ^ 4095 == 74", gives="other(url)"),
    "bound twice": when("int(url) > 4020 and int(url) < 4022", gives="other(url)"),
    "the only number between": when("4020 < int(url) < 4022", gives="other(url)"),
    "counted": when("int(url) == int('40' + '21')", gives="other(url)"),
}
