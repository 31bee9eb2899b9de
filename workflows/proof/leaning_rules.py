"""What a test may not lean on, and where it is fine: it must fail for the bug, wherever and whenever."""

from __future__ import annotations

import re

from workflows.proof.objections.model import GO, JAVA, PYTHON, RUST, SCRIPT, Rule

GIT = "leans-on-git"
ENVIRONMENT = "leans-on-environment"
TIMES = "leans-on-file-times"
SOURCE = "leans-on-source"
NETWORK = "leans-on-network"
CLOCK = "leans-on-clock"
CHANCE = "leans-on-chance"
FILES = "leaves-files"
SLEEPS = "sleeps"
UNREAD = "unreadable"

_GIT = "looks at git; the checkout may have none, so test what the code does"
_ENVIRONMENT = "reads the environment, which is another elsewhere; set what the test needs in the test"
_TIMES = "looks at the times of files, which say nothing about the bug"
_SOURCE = "reads the project's source text; call the code and look at what it does"
_NETWORK = "needs the network, which the test will not have; serve it on 127.0.0.1, or leave it out"
_CLOCK = "asks what time it is; give the code a fixed time"
_CHANCE = "is left to chance; write the values out, or seed the generator with a number"
FILES_REASON = (
    "writes to a fixed place, which the next run would find; use a temporary folder of the test's own"
)
SLEEP_REASON = "waits by the clock; wait for what should happen instead"

RULES: tuple[Rule, ...] = (
    Rule(PYTHON, ("git", "pygit2", "dulwich"), GIT, _GIT),
    Rule(SCRIPT, ("simple-git", "isomorphic-git"), GIT, _GIT),
    Rule(PYTHON, ("os.environ", "os.environb", "os.getenv", "os.getenvb"), ENVIRONMENT, _ENVIRONMENT),
    Rule(
        PYTHON,
        ("platform.node", "socket.gethostname", "socket.getfqdn", "getpass.getuser", "os.getlogin"),
        ENVIRONMENT,
        _ENVIRONMENT,
    ),
    Rule(SCRIPT, ("process.env",), ENVIRONMENT, _ENVIRONMENT),
    Rule(RUST, ("std.env.var", "std.env.vars", "std.env.var_os"), ENVIRONMENT, _ENVIRONMENT),
    Rule(JAVA, ("System.getenv", "System.getProperty"), ENVIRONMENT, _ENVIRONMENT),
    Rule(GO, ("os.Getenv", "os.LookupEnv", "os.Environ"), ENVIRONMENT, _ENVIRONMENT),
    Rule(PYTHON, ("os.path.getmtime", "os.path.getctime", "os.path.getatime"), TIMES, _TIMES),
    Rule(
        PYTHON,
        (
            *("inspect.getsource", "inspect.getsourcelines", "inspect.getsourcefile", "inspect.getfile"),
            *("linecache", "dis", "pkgutil.get_data", "inspect.findsource", "inspect.getmodule"),
            *("sys.settrace", "sys.setprofile", "sys.monitoring", "trace.Trace", "tokenize.open", "marshal"),
        ),
        SOURCE,
        _SOURCE,
    ),
    Rule(SCRIPT, ("Function.prototype.toString",), SOURCE, _SOURCE),
    Rule(
        PYTHON,
        (
            *("time.time", "time.time_ns", "time.localtime", "time.gmtime", "time.strftime", "time.ctime"),
            *("datetime.datetime.now", "datetime.datetime.utcnow", "datetime.datetime.today"),
            *("datetime.date.today", "django.utils.timezone.now"),
        ),
        CLOCK,
        _CLOCK,
    ),
    Rule(SCRIPT, ("Date.now",), CLOCK, _CLOCK),
    Rule(RUST, ("std.time.SystemTime.now", "chrono.Utc.now", "chrono.Local.now"), CLOCK, _CLOCK),
    Rule(
        JAVA,
        (
            *("System.currentTimeMillis", "java.time.LocalDate.now", "java.time.LocalDateTime.now"),
            *("java.time.Instant.now", "java.time.ZonedDateTime.now", "java.time.OffsetDateTime.now"),
        ),
        CLOCK,
        _CLOCK,
    ),
    Rule(GO, ("time.Now",), CLOCK, _CLOCK),
    Rule(
        PYTHON,
        (
            *("random.random", "random.randint", "random.choice", "random.choices", "random.shuffle"),
            *("random.sample", "random.uniform", "random.randrange", "random.getrandbits", "random.gauss"),
            *("random.SystemRandom", "uuid.uuid1", "uuid.uuid4", "os.urandom", "secrets", "numpy.random"),
            "random.randbytes",
        ),
        CHANCE,
        _CHANCE,
    ),
    Rule(
        SCRIPT,
        (
            *("Math.random", "crypto.randomUUID", "crypto.randomBytes", "crypto.randomInt"),
            *("crypto.getRandomValues", "crypto.webcrypto.getRandomValues"),
        ),
        CHANCE,
        _CHANCE,
    ),
    Rule(RUST, ("rand.random", "rand.thread_rng", "rand.rng", "fastrand"), CHANCE, _CHANCE),
    Rule(JAVA, ("Math.random", "java.util.UUID.randomUUID", "java.security.SecureRandom"), CHANCE, _CHANCE),
    Rule(GO, ("math/rand", "math/rand/v2", "crypto/rand"), CHANCE, _CHANCE),
    Rule(PYTHON, ("tempfile.gettempdir", "tempfile.mktemp"), FILES, FILES_REASON),
)

NETWORKS: tuple[Rule, ...] = (
    Rule(
        PYTHON,
        (
            *("socket.create_connection", "socket.gethostbyname", "socket.getaddrinfo", "urllib.request"),
            *("requests", "httpx", "aiohttp", "http.client", "urllib3", "ftplib", "smtplib"),
        ),
        NETWORK,
        _NETWORK,
    ),
    Rule(
        SCRIPT,
        (
            "fetch",
            "http.get",
            "http.request",
            "https",
            "net.connect",
            "dns",
            "axios",
            "undici",
            "node-fetch",
            "got",
        ),
        NETWORK,
        _NETWORK,
    ),
    Rule(RUST, ("std.net.TcpStream.connect", "reqwest", "ureq"), NETWORK, _NETWORK),
    Rule(JAVA, ("java.net.URL", "java.net.http", "java.net.Socket"), NETWORK, _NETWORK),
    Rule(GO, ("net/http.Get", "net/http.Post", "net.Dial"), NETWORK, _NETWORK),
)
ELSEWHERE = re.compile(
    r"(?:https?|wss?|ftp)://(?!(?:localhost|127\.|0\.0\.0\.0|\[::1\]|[^/:?#]*\.(?:invalid|test|localhost|local)\b))[\w.-]+\w",
    re.IGNORECASE,
)
HERE = re.compile(r"localhost|127\.0\.0\.1|::1|0\.0\.0\.0|testserver")

# Where a file says one of these, what is asked for is what the test set itself.
STEADY = {
    CLOCK: re.compile(
        r"freezegun|freeze_time|time_machine|useFakeTimers|setSystemTime|mock\.timers|fake_?timers|MockDate|timekeeper|lolex"
        r"|patch(?:\.object)?\([^)]*time|setattr\([^)]*time|spyOn\(\s*Date",
        re.IGNORECASE,
    ),
    CHANCE: re.compile(
        r"\bseed\(\s*\d|default_rng\(\s*\d|RandomState\(\s*\d|spyOn\(\s*(?:Math|crypto)|Math\.random\s*="
        r"|rand\.New|rand\.Seed|patch(?:\.object)?\([^)]*(?:random|uuid)|setattr\([^)]*(?:random|uuid)"
    ),
    TIMES: re.compile(r"\butimes?\(|\butimesSync\(|set_modified|setLastModified|Chtimes"),
    NETWORK: re.compile(
        r"responses|respx|requests_mock|MockTransport|\bnock\b|\bmsw\b|createServer|HTTPServer|\.listen\(|httptest"
        r"|TcpListener|MockWebServer|monkeypatch|mocker|unittest\.mock|jest\.fn|vi\.fn|httpserver|httpbin"
    ),
    FILES: re.compile(r"chdir|isolated_filesystem|tmpdir\.as_cwd|mock_open|pyfakefs|memfs|mock-fs"),
    SOURCE: re.compile(r"(?!)"),
    ENVIRONMENT: re.compile(r"(?!)"),
    GIT: re.compile(r"(?!)"),
}

USUAL = frozenset({"process.env.NODE_ENV"})
"""The run itself sets it, to the same each time: a file whose tests ask for it already may ask once more."""

GIT_TEXT = re.compile(r"(?:^|/)\.git(?:/|$)")
GIT_COMMAND = re.compile(r"(?:^|/)git(?:\s|$)")
STARTERS = (
    "subprocess",
    "os.system",
    "os.popen",
    "child_process",
    "std.process.Command",
    "os/exec",
    "ProcessBuilder",
)

SETS_ENVIRONMENT = (
    "os.environ.copy",
    "os.environ.pop",
    "os.environ.clear",
    "os.environ.update",
    "os.environ.setdefault",
)
CLEARED = re.compile(r"patch\.dict\(\s*[\"']?os\.environ\b[^#]*\bclear\s*=\s*True")
STAMPS = frozenset(
    {
        *("st_mtime", "st_ctime", "st_atime", "st_mtime_ns", "st_ctime_ns", "st_atime_ns", "st_birthtime"),
        *(
            "mtime",
            "mtimeMs",
            "ctimeMs",
            "atimeMs",
            "birthtime",
            "birthtimeMs",
            "ModTime",
            "getLastModifiedTime",
        ),
    }
)
INNARDS = frozenset(
    {
        *("__code__", "co_code", "co_consts", "co_names", "__file__", "co_filename", "func_code"),
        *("__loader__", "__cached__", "get_source", "co_firstlineno"),
    }
)
SPECS = frozenset({"__spec__", "find_spec"})
OF_SPECS = frozenset({"origin", "loader", "cached", "submodule_search_locations"})
VERSION = "goes by the version, which any change may raise; test what the code does"
MAKES = frozenset(
    {"Request", "URL", "Headers", "Response", "Session", "Client", "AsyncClient", "PreparedRequest"}
)
"""What is only made does not go anywhere yet."""
COUNTED = re.compile(r"len\(\s*(?:dir|vars)\(|\bid\([^()]*\)\s*%")
READS = re.compile(
    r"open\(|read_text|read_bytes|readFile|readlines|read_to_string|include_str|File::open|readString|ReadFile|readAll"
)
SOURCES = re.compile(r"\.(?:pyi?|[cm]?[jt]sx?|rs|go|java)$")
SLEEPERS = {
    "time.sleep": 0.5,
    "asyncio.sleep": 0.5,
    "setTimeout": 500.0,
    "timers/promises.setTimeout": 500.0,
    "Thread.sleep": 500.0,
}
WRITERS = (
    *("open", "io.open", "codecs.open", "pathlib.Path.write_text", "pathlib.Path.write_bytes"),
    *("pathlib.Path.touch", "pathlib.Path.mkdir", "os.mkdir", "os.makedirs", "pathlib.Path.open"),
    *("fs.writeFileSync", "fs.writeFile", "fs.appendFileSync", "fs.mkdirSync", "fs.promises.writeFile"),
    *(
        "fs/promises.writeFile",
        "fs.appendFile",
        "std.fs.write",
        "std.fs.File.create",
        "os.WriteFile",
        "os.Create",
    ),
)
OPENERS = frozenset({"open", "io.open", "codecs.open", "pathlib.Path.open"})
