import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.datastructures import Headers
from tests.server.conftest import CONSOLE_FILES

from wardline.model.patients import Patient
from wardline.server.console import CODINGS, IDENTITY, SIZE_MAX, best_coding, load_console

SCRIPT = "/static/console/assets/main-1a2b.js"
PAGES = ("/", "/overview", "/admissions", "/patients/PT-001", "/patients/a/b%20c")


@pytest.fixture
def call(serve, console):
    return serve(console)


def raw(call, path, accept_encoding="identity"):
    """What a path is answered that no client has tidied up, and no client has decoded."""
    sent = []

    async def send(message):
        sent.append(message)

    headers = [(b"host", b"localhost"), (b"accept-encoding", accept_encoding.encode())]
    scope = {
        "type": "http", "method": "GET", "path": path, "headers": headers, "query_string": b"",
        "root_path": "", "scheme": "http", "client": None,
    }  # fmt: skip
    call.run(call.app(scope, None, send))
    return sent


@pytest.mark.parametrize("path", PAGES)
def test_every_address_of_the_console_gives_its_one_page(call, path):
    answer = call.get(path, headers={"Accept-Encoding": "identity"})
    assert answer.status_code == 200
    assert answer.content == CONSOLE_FILES["index.html"]
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["cache-control"] == "no-cache"
    assert "script-src 'self'" in answer.headers["content-security-policy"]


@pytest.mark.parametrize(
    "path", ["/overviews", "/patients", "/index.html", "/console", "/api/v1/nothing", "/api"]
)
def test_an_address_that_is_not_the_consoles_is_404_in_json(call, path):
    answer = call.get(path)
    assert answer.status_code == 404
    assert set(answer.json()) == {"error", "field"}


@pytest.mark.parametrize(
    ("name", "media_type"), [
        ("assets/main-1a2b.js", "text/javascript; charset=utf-8"),
        ("assets/main-3c4d.css", "text/css; charset=utf-8"),
        ("assets/inter-5e6f.woff2", "font/woff2"), ("assets/words-7a8b.json", "application/json"),
        ("icon.svg", "image/svg+xml"), ("picture.png", "image/png"),
        ("ward.webmanifest", "application/manifest+json"),
    ],
)  # fmt: skip
def test_a_file_is_sent_with_its_media_type(call, name, media_type):
    answer = call.get(f"/static/console/{name}", headers={"Accept-Encoding": "identity"})
    assert answer.content == CONSOLE_FILES[name]
    assert answer.headers["content-type"] == media_type


def test_only_files_with_a_digest_in_their_name_are_kept_for_ever(call):
    plain = {"Accept-Encoding": "identity"}
    hashed = call.get(SCRIPT, headers=plain).headers.get_list("cache-control")
    assert hashed == ["public, max-age=31536000, immutable"]
    icon = call.get("/static/console/icon.svg", headers=plain)
    assert icon.headers.get_list("cache-control") == ["no-cache"]


@pytest.mark.parametrize(
    "path", [
        "assets/../index.html", "../status.css", "..%2f..%2fapp.py", "%2e%2e/%2e%2e/app.py", "",
        "assets", "assets/", "//etc/passwd", "%2fetc%2fpasswd", "assets/main-1a2b.js%00", "nothing",
        "assets/run.sh", "assets/main-1a2b.js.br", "assets\\main-1a2b.js",
    ],
)  # fmt: skip
def test_nothing_but_the_files_of_the_console_can_be_reached(call, path):
    assert raw(call, f"/static/console/{path}")[0]["status"] == 404


@pytest.mark.parametrize(
    ("accepted", "coding"), [
        ("", IDENTITY), ("gzip, deflate, br, zstd", "br"), ("gzip", "gzip"), ("BR", "br"),
        ("gzip;q=1, br;q=0.5", "gzip"), ("br;q=0, gzip", "gzip"), ("br;q=0, *", "gzip"),
        ("*", "br"), ("*;q=0", IDENTITY), ("identity, br;q=0.5", IDENTITY), ("br;q=x", IDENTITY),
        ("br;q=2", IDENTITY), ("deflate", IDENTITY), ("gzip;q=0.8;x=1,br ; q=0.9", "br"),
        ("br;q=nan", IDENTITY),
    ],
)  # fmt: skip
def test_a_file_comes_in_the_coding_the_caller_likes_best(call, accepted, coding):
    bodies = dict.fromkeys((IDENTITY, *CODINGS), b"")
    assert best_coding(accepted, bodies) == coding
    answer = call.get("/static/console/icon.svg", headers={"Accept-Encoding": accepted})
    assert "content-encoding" not in answer.headers
    assert answer.headers["vary"] == "Accept-Encoding"


@given(st.text() | st.text(alphabet="brgzip*;q=01., "), st.sets(st.sampled_from(list(CODINGS))))
def test_whatever_is_accepted_what_comes_is_there(accepted, there):
    assert best_coding(accepted, dict.fromkeys((IDENTITY, *there), b"")) in {IDENTITY, *there}


def test_a_compressed_copy_is_sent_as_such(serve, console):
    asset = load_console(console).assets["assets/main-1a2b.js"]
    assert asset.bodies == {IDENTITY: b"let plain", "br": b"in br", "gzip": b"in gz"}
    start, body = raw(serve(console), SCRIPT, accept_encoding="br")
    assert body["body"] == b"in br"
    about = dict(start["headers"])
    assert about[b"content-encoding"] == b"br"
    assert about[b"vary"] == b"Accept-Encoding"
    assert about[b"content-length"] == b"5"


def test_what_a_browser_has_already_is_not_sent_again(call):
    first = call.get("/", headers={"Accept-Encoding": "identity"})
    etag = first.headers["etag"]
    for known in (etag, f"W/{etag}", f'"other", {etag}', "*"):
        headers = {"Accept-Encoding": "identity", "If-None-Match": known}
        again = call.get("/", headers=headers)
        assert again.status_code == 304
        assert again.content == b""
        assert again.headers["etag"] == etag
        assert again.headers["cache-control"] == "no-cache"
    other = call.get("/", headers={"Accept-Encoding": "identity", "If-None-Match": '"other"'})
    assert other.status_code == 200


def test_each_coding_and_each_content_has_a_tag_of_its_own(console):
    headers = [Headers({"accept-encoding": c}) for c in ("", "br", "gzip")]
    assets = load_console(console).assets
    named = ("assets/main-1a2b.js", "assets/main-3c4d.css")
    tags = [assets[name].response(h).headers["etag"] for name in named for h in headers]
    assert len(set(tags)) == 4  # the style has no compressed copies


def test_without_a_build_the_status_page_says_how_to_get_one(serve, ward):
    ward.store.known["A"] = Patient("A")
    call = serve()
    page = call.get("/").text
    assert "the console is not built: run make web" in page
    assert ">A<" in page
    assert "not built" not in call.get("/status").text
    for path in ("/overview", "/patients/A", SCRIPT):
        assert call.get(path).status_code == 404
    assert "make web" in call.get("/overview").json()["error"]


def test_the_status_page_stays_beside_the_console(call):
    assert "The page loads itself again" in call.get("/status").text


def test_a_console_too_large_for_memory_is_not_served(console, caplog):
    with (console / "large.png").open("wb") as large:
        large.truncate(SIZE_MAX)
    assert load_console(console) is None
    assert f"more than {SIZE_MAX}" in caplog.text


def test_a_patients_page_is_never_read_as_a_path_of_files(call):
    assert raw(call, "/patients/../../app.py")[1]["body"] == CONSOLE_FILES["index.html"]
