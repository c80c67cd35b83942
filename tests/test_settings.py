from pathlib import Path

import pytest

from kb.settings import SettingsError, load


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "content").mkdir()
    return tmp_path


def test_the_defaults_live_below_the_current_folder(folder: Path) -> None:
    settings = load({}, folder)
    assert settings.content == folder / "content"
    assert settings.search_index == folder / "search_index"
    assert settings.var == folder / "var"
    assert settings.port == 8000


def test_kb_home_names_another_folder(folder: Path, tmp_path_factory: pytest.TempPathFactory):
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    assert load({"KB_HOME": str(folder)}, elsewhere).home == folder


def test_a_variable_goes_before_the_file(folder: Path) -> None:
    (folder / "kb.toml").write_text('name = "From the file"\nport = 9000\n')
    settings = load({"KB_NAME": "From the variable"}, folder)
    assert (settings.name, settings.port) == ("From the variable", 9000)


def test_an_empty_variable_counts_as_not_set(folder: Path) -> None:
    assert load({"KB_PORT": ""}, folder).port == 8000


@pytest.mark.parametrize(
    ("environ", "words"),
    [
        ({"KB_PROT": "1"}, "KB_PROT"),
        ({"KB_PORT": "many"}, "KB_PORT"),
        ({"KB_PORT": "0"}, "KB_PORT"),
        ({"KB_WORKERS": "65"}, "KB_WORKERS"),
        ({"KB_OPEN_READING": "perhaps"}, "KB_OPEN_READING"),
        ({"KB_LANGUAGE": "klingon"}, "KB_LANGUAGE"),
        ({"KB_DATABASE_URL": "nowhere"}, "KB_DATABASE_URL"),
        ({"KB_CONTENT": "not-there"}, "KB_CONTENT"),
        ({"KB_HOME": "/not/there/at/all"}, "KB_HOME"),
        ({"KB_TICKET_LINK": "https://crm.example/t/"}, "is no form of a ticket's address"),
        ({"KB_TICKET_LINK": "javascript:{ticket}"}, "KB_TICKET_LINK"),
        ({"KB_TICKET_LINK": "https://crm.example/{id}/{ticket}"}, "KB_TICKET_LINK"),
        ({"KB_FRAME_HOSTS": "crm.example/desk"}, "'crm.example/desk' is no host"),
        ({"KB_FRAME_HOSTS": "crm.example, *"}, "KB_FRAME_HOSTS"),
        ({"KB_FRAME_HOSTS": "*.crm.example"}, "KB_FRAME_HOSTS"),
        ({"KB_FRAME_HOSTS": "crm.example; script-src *"}, "KB_FRAME_HOSTS"),
        ({"KB_FRAME_HOSTS": "data:text"}, "KB_FRAME_HOSTS"),
    ],
)
def test_a_wrong_setting_is_refused_in_one_sentence(folder: Path, environ, words: str) -> None:
    with pytest.raises(SettingsError) as refused:
        load(environ, folder)
    assert words in str(refused.value)
    assert "\n" not in str(refused.value)


def test_framers_are_origins(folder: Path) -> None:
    named = load({"KB_FRAME_HOSTS": " CRM.example/, http://desk:8080,,"}, folder)
    assert named.framers == ("https://crm.example", "http://desk:8080")
    assert load({}, folder).framers == ()


def test_what_kubernetes_sets_for_a_service_named_kb_is_passed_over(folder: Path) -> None:
    settings = load(
        {
            "KB_SERVICE_HOST": "10.0.0.7",
            "KB_SERVICE_PORT": "80",
            "KB_SERVICE_PORT_HTTP": "80",
            "KB_PORT": "tcp://10.0.0.7:80",
            "KB_PORT_80_TCP": "tcp://10.0.0.7:80",
            "KB_PORT_80_TCP_ADDR": "10.0.0.7",
            "KB_PORT_53_UDP_PROTO": "udp",
            "KB_DATABASE_SERVICE_HOST": "10.0.0.8",
            "KB_DATABASE_PORT": "tcp://10.0.0.8:5432",
            "KB_DATABASE_PORT_5432_TCP_PORT": "5432",
        },
        folder,
    )
    assert settings.port == 8000


@pytest.mark.parametrize("typo", ["KB_SERVICE", "KB_PORT_", "KB_PORT_80", "KB_DATABASE_PORT"])
def test_what_only_looks_like_that_is_a_typo(folder: Path, typo: str) -> None:
    with pytest.raises(SettingsError, match=f"There is no setting {typo};"):
        load({typo: "8000"}, folder)


@pytest.mark.parametrize("text", ["nmae = 1", "= broken", "port = 'many'"])
def test_a_wrong_kb_toml_is_refused_by_its_path(folder: Path, text: str) -> None:
    (folder / "kb.toml").write_text(text)
    with pytest.raises(SettingsError, match=r"kb\.toml"):
        load({}, folder)


MAIL = {
    "KB_URL": "https://kb.example",
    "KB_SMTP_HOST": "mail.example",
    "KB_SMTP_FROM": "kb@kb.example",
}


def test_mail_is_set_up_by_three_settings(home: Path) -> None:
    settings = load(MAIL, home)
    assert (settings.smtp_port, settings.smtp_tls) == (587, "starttls")
    settings = load({**MAIL, "KB_SMTP_USER": "kb", "KB_SMTP_PASSWORD": "hunter2"}, home)
    assert "hunter2" not in repr(settings)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"KB_URL": ""}, "KB_URL"),
        ({"KB_URL": "kb.example"}, "write it like https://"),
        ({"KB_URL": "https://intra.example/a//b"}, "only a path like /kb"),
        ({"KB_URL": "https://intra.example/.."}, "only a path like /kb"),
        ({"KB_URL": "https://intra.example/my desk"}, "only a path like /kb"),
        ({"KB_URL": "https://intra.example/?site=kb"}, "only a path like /kb"),
        ({"KB_ALLOW": "http, everything"}, "'everything' is nothing that is refused"),
        ({"KB_SMTP_FROM": ""}, "is no e-mail address"),
        ({"KB_SMTP_FROM": "kb"}, "is no e-mail address"),
        ({"KB_SMTP_TLS": "ssl"}, "one of starttls, tls, none"),
        ({"KB_SMTP_USER": "kb"}, "KB_SMTP_PASSWORD"),
        ({"KB_SMTP_PASSWORD": "x"}, "KB_SMTP_USER"),
        ({"KB_SMTP_USER": "a", "KB_SMTP_PASSWORD": "x", "KB_SMTP_TLS": "none"}, "without TLS"),
        ({"KB_SMTP_PORT": "0"}, "is no port"),
        ({"KB_DIGEST_HOUR": "24"}, "is no hour of the day"),
        ({"KB_BACKUP_HOURS": "721"}, "hours cannot be"),
        ({"KB_BACKUPS_KEPT": "0"}, "backups cannot be"),
        ({"KB_SLOW_SEARCH_MS": "60001"}, "milliseconds cannot be"),
        ({"KB_METRICS_TOKEN": "fifteen letters"}, "KB_METRICS_TOKEN: it can be guessed"),
        ({"KB_LOG_JSON": "maybe"}, "neither 1 nor 0"),
        ({"KB_BACKUP_FOLDER": "content/backups"}, "would have all others in it"),
    ],
)
def test_mail_that_cannot_work_stops_the_start(
    home: Path, wrong: dict[str, str], said: str
) -> None:
    with pytest.raises(SettingsError, match=said):
        load({**MAIL, **wrong}, home)


def test_the_folder_of_an_encoder_is_below_the_home_and_none_stays_none(folder: Path) -> None:
    assert load({}, folder).encoder == ""
    assert load({"KB_ENCODER": "models/small"}, folder).encoder == str(folder / "models/small")
    assert load({"KB_ENCODER": "none"}, folder).encoder == "none"
