//! Against a server on this machine that answers as the hub does.

use super::*;
use sha2::{Digest, Sha256};
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tempfile::TempDir;

const COMMIT: &str = "0123456789abcdef0123456789abcdef01234567";
const OTHER_COMMIT: &str = "76543210fedcba9876543210fedcba9876543210";
const GIT_NAME: &str = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
const CONFIG: FileWanted = FileWanted(&["config.json"]);
const WEIGHTS: FileWanted = FileWanted(&["model.safetensors", "pytorch_model.bin"]);
const WORDS: FileWanted = FileWanted(&["tokenizer.json", "vocab.txt"]);
const ALL: &[FileWanted] = &[CONFIG, WEIGHTS, WORDS];

// ---- the server

/// What was asked: the path, and the headers in lower case.
#[derive(Debug, Clone)]
struct Request {
    path: String,
    headers: Vec<(String, String)>,
}

impl Request {
    fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }
}

/// What is answered: a head, and a body after which the connection is closed.
struct Reply {
    head: String,
    body: Vec<u8>,
    /// Before closing.
    silence: Duration,
}

fn reply(status: &str, headers: &[(&str, &str)], body: &[u8]) -> Reply {
    let mut head = format!("HTTP/1.1 {status}\r\nConnection: close\r\n");
    for (name, value) in headers {
        head += &format!("{name}: {value}\r\n");
    }
    Reply { head, body: body.to_owned(), silence: Duration::ZERO }
}

/// The hub's own answer with a small file.
fn small(body: &[u8]) -> Reply {
    let (length, etag) = (body.len().to_string(), format!("\"{GIT_NAME}{}\"", body.len()));
    reply("200 OK", &[("X-Repo-Commit", COMMIT), ("ETag", &etag), ("Content-Length", &length)], body)
}

/// The hub's own answer that sends on to a large file.
fn sent_on(location: &str, body: &[u8]) -> Reply {
    let (length, etag) = (body.len().to_string(), format!("\"{}\"", sha256(body)));
    let headers = [
        ("X-Repo-Commit", COMMIT),
        ("X-Linked-ETag", &etag),
        ("X-Linked-Size", &length),
        ("Location", location),
        ("Content-Length", "0"),
    ];
    reply("302 Found", &headers, b"")
}

/// Another server's answer with a large file, of which `range` asks for a part. What it says of the file is wrong.
fn large(request: &Request, body: &[u8]) -> Reply {
    let start = request.header("range").and_then(|range| range.strip_prefix("bytes=")?.strip_suffix('-')?.parse().ok());
    let start: usize = start.unwrap_or(0);
    let length = (body.len() - start).to_string();
    let range = format!("bytes {start}-{}/{}", body.len() - 1, body.len());
    match start {
        0 => {
            let wrong = [("X-Repo-Commit", OTHER_COMMIT), ("X-Linked-ETag", GIT_NAME), ("X-Linked-Size", "1")];
            reply("200 OK", &[&wrong[..], &[("Content-Length", &length)]].concat(), body)
        }
        _ => {
            let headers = [("Content-Length", length.as_str()), ("Content-Range", range.as_str())];
            reply("206 Partial Content", &headers, &body[start..])
        }
    }
}

fn absent() -> Reply {
    let headers = [("X-Error-Code", "EntryNotFound"), ("X-Repo-Commit", COMMIT), ("Content-Length", "0")];
    reply("404 Not Found", &headers, b"")
}

struct Server {
    url: String,
    requests: Arc<Mutex<Vec<Request>>>,
}

impl Server {
    fn new(answer: impl Fn(&Request) -> Reply + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let requests = Arc::new(Mutex::new(Vec::new()));
        let seen = requests.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = stream.unwrap();
                let request = read_request(&stream);
                let reply = answer(&request);
                seen.lock().unwrap().push(request);
                // A client that has read enough closes first.
                let _ = write!(stream, "{}\r\n", reply.head).and_then(|()| stream.write_all(&reply.body));
                std::thread::sleep(reply.silence);
            }
        });
        Self { url, requests }
    }

    fn paths(&self) -> Vec<String> {
        self.requests.lock().unwrap().iter().map(|request| request.path.clone()).collect()
    }
}

fn read_request(stream: &TcpStream) -> Request {
    let mut lines = BufReader::new(stream).lines().map(|line| line.unwrap());
    let path = lines.next().unwrap().split(' ').nth(1).unwrap().to_owned();
    let headers = lines.take_while(|line| !line.is_empty()).filter_map(|line| {
        let (name, value) = line.split_once(':')?;
        Some((name.to_ascii_lowercase(), value.trim().to_owned()))
    });
    Request { path, headers: headers.collect() }
}

// ---- helpers

fn settings(cache: &TempDir, endpoint: &str) -> HubSettings {
    HubSettings {
        cache: Some(cache.path().to_owned()),
        endpoint: endpoint.to_owned(),
        offline: false,
        token: None,
        proxy: None,
        max_bytes: 1 << 20,
        patience: Duration::from_secs(10),
    }
}

/// Settings with which any request fails.
fn no_network(cache: &TempDir) -> HubSettings {
    settings(cache, "http://127.0.0.1:1")
}

fn quiet(_: &str, _: Option<u64>) -> ProgressBar {
    ProgressBar::hidden()
}

fn sha256(body: &[u8]) -> String {
    Sha256::digest(body).iter().map(|byte| format!("{byte:02x}")).collect()
}

fn temporary() -> TempDir {
    tempfile::tempdir().unwrap()
}

/// A cache with these files of `owner/model@main`, laid out as Python does.
fn filled(files: &[&str]) -> (TempDir, PathBuf) {
    let cache = temporary();
    let folder = cache.path().join("models--owner--model");
    let snapshot = folder.join("snapshots").join(COMMIT);
    fs::create_dir_all(&snapshot).unwrap();
    fs::create_dir_all(folder.join("refs")).unwrap();
    fs::write(folder.join("refs/main"), COMMIT).unwrap();
    for file in files {
        fs::write(snapshot.join(file), "from the cache").unwrap();
    }
    (cache, snapshot)
}

/// Every file under a folder, links excepted.
fn files_under(folder: &Path) -> Vec<String> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let mut names = Vec::new();
    for entry in entries.map(|entry| entry.unwrap()) {
        match entry.file_type().unwrap() {
            kind if kind.is_dir() => names.extend(files_under(&entry.path())),
            kind if kind.is_file() => names.push(entry.file_name().into_string().unwrap()),
            _ => {}
        }
    }
    names.sort();
    names
}

/// The message with those of its causes.
fn told(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(Some(error), |error| error.source());
    causes.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}

// ---- without network

#[test]
fn a_folder_wins() {
    let (folder, cache) = (temporary(), temporary());
    let name = folder.path().to_str().unwrap();
    assert_eq!(resolve(name, ALL, &no_network(&cache), &quiet).unwrap(), folder.path());
    let homeless = HubSettings { cache: None, ..no_network(&cache) };
    assert_eq!(resolve(name, ALL, &homeless, &quiet).unwrap(), folder.path());
    assert!(matches!(resolve("owner/model", ALL, &homeless, &quiet), Err(HubError::NoCache)));
}

#[test]
fn a_cached_model_needs_no_network() {
    let (cache, snapshot) = filled(&["config.json", "pytorch_model.bin", "vocab.txt"]);
    let pinned = format!("owner/model@{COMMIT}");
    for (name, offline) in [("owner/model", false), ("owner/model", true), ("owner/model@main", true), (&pinned, true)]
    {
        let settings = HubSettings { offline, ..no_network(&cache) };
        assert_eq!(resolve(name, ALL, &settings, &quiet).unwrap(), snapshot, "{name}");
    }
}

#[test]
fn offline_says_what_is_missing_where_and_what_to_do() {
    let (cache, snapshot) = filled(&["config.json"]);
    let server = Server::new(|_| absent());
    let settings = HubSettings { offline: true, ..settings(&cache, &server.url) };
    let error = resolve("owner/model", ALL, &settings, &quiet).unwrap_err().to_string();
    let expected = format!(
        "owner/model: model.safetensors or pytorch_model.bin, tokenizer.json or vocab.txt not in {}, and HF_HUB_OFFLINE \
         or TRANSFORMERS_OFFLINE forbids to download; unset it, or give the path of a folder that holds the files",
        snapshot.display()
    );
    assert_eq!(error, expected);
    let error = resolve("other@v1", &[CONFIG], &settings, &quiet).unwrap_err().to_string();
    let folder = cache.path().join("models--other");
    assert!(error.starts_with(&format!("other@v1: config.json not in {}, and", folder.display())), "{error}");
    assert_eq!(server.paths(), [""; 0]);
}

#[test]
fn names_that_are_none_are_refused_without_network() {
    let cache = temporary();
    for name in ["../owner", "/no/such/folder", "owner/model@../../x", "a/b/c", "mo del", "owner\\model"] {
        let error = resolve(name, ALL, &no_network(&cache), &quiet).unwrap_err();
        assert!(matches!(error, HubError::Name { .. }), "{name}: {error}");
    }
    assert_eq!(fs::read_dir(cache.path()).unwrap().count(), 0);
}

#[test]
fn an_endpoint_that_is_no_address_is_refused() {
    let cache = temporary();
    for endpoint in ["", "hf-mirror.com", "ftp://hub", "https://"] {
        let error = resolve("owner/model", ALL, &settings(&cache, endpoint), &quiet).unwrap_err().to_string();
        assert!(error.starts_with(&format!("HF_ENDPOINT is {endpoint:?}; ")), "{error}");
    }
}

// ---- downloads

#[test]
fn a_model_is_downloaded_once_and_then_cached() {
    let weights = vec![7; 300_000];
    let body = weights.clone();
    let store = Server::new(move |request| large(request, &body));
    let (body, location) = (weights.clone(), format!("{}/store/x?signature=y", store.url));
    let hub = Server::new(move |request| match request.path.rsplit('/').next().unwrap() {
        "config.json" => small(b"{}"),
        "model.safetensors" => sent_on(&location, &body),
        "vocab.txt" => small(b"[PAD]"),
        _ => absent(),
    });
    let cache = temporary();
    let settings = HubSettings { token: Some("hf_secret".to_owned()), ..settings(&cache, &format!("{}/", hub.url)) };
    let bars = Mutex::new(Vec::new());
    let bar = |file: &str, bytes: Option<u64>| {
        let bar = ProgressBar::hidden();
        bars.lock().unwrap().push((file.to_owned(), bytes, bar.clone()));
        bar
    };
    let folder = resolve("owner/model", ALL, &settings, &bar).unwrap();

    let model = cache.path().join("models--owner--model");
    assert_eq!(folder, model.join("snapshots").join(COMMIT));
    assert_eq!(fs::read(folder.join("config.json")).unwrap(), b"{}");
    assert_eq!(fs::read(folder.join("model.safetensors")).unwrap(), weights);
    assert_eq!(fs::read(folder.join("vocab.txt")).unwrap(), b"[PAD]");
    assert_eq!(fs::read_to_string(model.join("refs/main")).unwrap(), COMMIT);
    #[cfg(unix)]
    assert_eq!(
        fs::read_link(folder.join("model.safetensors")).unwrap(),
        Path::new("../../blobs").join(sha256(&weights))
    );
    // The first answer settles the commit of all; the alternative is asked for only where the first is absent.
    let of_commit = |file: &str| format!("/owner/model/resolve/{COMMIT}/{file}");
    let asked = [
        "/owner/model/resolve/main/config.json".to_owned(),
        of_commit("model.safetensors"),
        of_commit("tokenizer.json"),
        of_commit("vocab.txt"),
    ];
    assert_eq!(hub.paths(), asked);
    assert_eq!(store.paths(), ["/store/x?signature=y"]);
    // The token is for the hub alone.
    assert_eq!(hub.requests.lock().unwrap()[1].header("authorization"), Some("Bearer hf_secret"));
    assert_eq!(store.requests.lock().unwrap()[0].header("authorization"), None);
    let bars: Vec<_> =
        bars.lock().unwrap().iter().map(|(file, bytes, bar)| (file.clone(), *bytes, bar.position())).collect();
    let shown = [("config.json", 2), ("model.safetensors", 300_000), ("vocab.txt", 5)];
    assert_eq!(bars, shown.map(|(file, bytes)| (file.to_owned(), Some(bytes), bytes)));

    // Now it is here.
    let offline = HubSettings { offline: true, ..no_network(&cache) };
    assert_eq!(resolve("owner/model", ALL, &offline, &quiet).unwrap(), folder);
}

#[test]
fn only_what_the_cache_lacks_is_asked_for() {
    let (cache, snapshot) = filled(&["config.json", "tokenizer.json"]);
    let hub = Server::new(|_| small(b"weights"));
    assert_eq!(resolve("owner/model", ALL, &settings(&cache, &hub.url), &quiet).unwrap(), snapshot);
    assert_eq!(hub.paths(), [format!("/owner/model/resolve/{COMMIT}/model.safetensors")]);
    assert_eq!(fs::read(snapshot.join("config.json")).unwrap(), b"from the cache");
    assert_eq!(fs::read(snapshot.join("model.safetensors")).unwrap(), b"weights");
}

#[test]
fn a_blob_that_another_revision_brought_is_not_downloaded_again() {
    let (cache, _) = filled(&[]);
    let blobs = cache.path().join("models--owner--model/blobs");
    fs::create_dir_all(&blobs).unwrap();
    fs::write(blobs.join(format!("{GIT_NAME}2")), "ab").unwrap();
    let hub = Server::new(|_| small(b"xy"));
    let folder = resolve("owner/model", &[CONFIG], &settings(&cache, &hub.url), &quiet).unwrap();
    assert_eq!(fs::read(folder.join("config.json")).unwrap(), b"ab");
}

#[cfg(unix)]
#[test]
fn a_link_to_a_deleted_blob_is_replaced() {
    let (cache, snapshot) = filled(&[]);
    std::os::unix::fs::symlink("../../blobs/deleted", snapshot.join("config.json")).unwrap();
    let hub = Server::new(|_| small(b"{}"));
    resolve("owner/model", &[CONFIG], &settings(&cache, &hub.url), &quiet).unwrap();
    assert!(snapshot.join("config.json").is_symlink());
    assert_eq!(fs::read(snapshot.join("config.json")).unwrap(), b"{}");
}

#[test]
fn a_renamed_model_is_followed_and_a_revision_with_slashes_is_one_part_of_the_address() {
    let hub = Server::new(|request| match request.path.strip_prefix("/old/") {
        Some(path) => {
            let location = format!("/new/{path}");
            reply("307 Temporary Redirect", &[("Location", &location), ("Content-Length", "0")], b"")
        }
        None => small(b"{}"),
    });
    let cache = temporary();
    let folder = resolve("old/m@refs/pr/1", &[CONFIG], &settings(&cache, &hub.url), &quiet).unwrap();
    let paths = ["/old/m/resolve/refs%2Fpr%2F1/config.json", "/new/m/resolve/refs%2Fpr%2F1/config.json"];
    assert_eq!(hub.paths(), paths);
    assert_eq!(fs::read(folder.join("config.json")).unwrap(), b"{}");
    assert_eq!(fs::read_to_string(cache.path().join("models--old--m/refs/refs/pr/1")).unwrap(), COMMIT);
}

#[test]
fn a_chunked_answer_is_whole_only_with_its_last_chunk() {
    let chunked = |body: &'static str| {
        Server::new(move |_| {
            let etag = format!("\"{GIT_NAME}\"");
            let headers = [("X-Repo-Commit", COMMIT), ("ETag", &etag), ("Transfer-Encoding", "chunked")];
            reply("200 OK", &headers, body.as_bytes())
        })
    };
    let cache = temporary();
    let broken = chunked("2\r\n{}\r\n");
    let error = resolve("m", &[CONFIG], &settings(&cache, &broken.url), &quiet).unwrap_err();
    assert!(matches!(error, HubError::Interrupted { received: 2, expected: None, .. }), "{error}");
    assert_eq!(files_under(cache.path()), [""; 0]);
    let whole = chunked("2\r\n{}\r\n0\r\n\r\n");
    let folder = resolve("m", &[CONFIG], &settings(&cache, &whole.url), &quiet).unwrap();
    assert_eq!(fs::read(folder.join("config.json")).unwrap(), b"{}");
}

// ---- what goes wrong

#[test]
fn an_absent_file_is_named_with_its_address() {
    let hub = Server::new(|_| absent());
    let cache = temporary();
    let error = resolve("owner/model", &[WEIGHTS], &settings(&cache, &hub.url), &quiet).unwrap_err().to_string();
    let expected = format!(
        "no model.safetensors or pytorch_model.bin at {}/owner/model/resolve/main/pytorch_model.bin (HTTP 404, \
         EntryNotFound); check the model's name and revision, or give the path of a folder that holds the files",
        hub.url
    );
    assert_eq!(error, expected);
    assert_eq!(files_under(cache.path()), [""; 0]);
}

#[test]
fn other_answers_are_named() {
    for (status, expected) in [
        ("401 Unauthorized", "set HF_TOKEN"),
        ("403 Forbidden", "set HF_TOKEN"),
        ("429 Too Many Requests", "does not give config.json"),
        ("503 Service Unavailable", "does not give config.json"),
    ] {
        let hub = Server::new(move |_| reply(status, &[("Content-Length", "0")], b""));
        let error = resolve("m", &[CONFIG], &settings(&temporary(), &hub.url), &quiet).unwrap_err().to_string();
        assert!(error.contains(expected) && error.contains(&format!("HTTP {}", &status[..3])), "{error}");
    }
}

#[test]
fn a_server_that_is_not_there_is_named_with_the_cause() {
    let error = resolve("m", &[CONFIG], &no_network(&temporary()), &quiet).unwrap_err();
    let told = told(&error);
    assert!(
        told.starts_with("cannot fetch config.json from http://127.0.0.1:1/m/resolve/main/config.json; "),
        "{told}"
    );
    assert!(told.to_lowercase().contains("refused"), "{told}");
}

#[test]
fn a_broken_connection_leaves_nothing_that_looks_whole() {
    let hub = Server::new(|_| {
        let mut reply = small(&[1; 1000]);
        reply.body.truncate(500);
        reply
    });
    let (cache, snapshot) = filled(&[]);
    let error = resolve("owner/model", &[CONFIG], &settings(&cache, &hub.url), &quiet).unwrap_err();
    assert!(matches!(error, HubError::Interrupted { received: 500, expected: Some(1000), .. }), "{error:?}");
    let expected = format!(
        "the download of config.json from {}/owner/model/resolve/{COMMIT}/config.json broke off after 500 bytes of \
         1000; nothing incomplete is used: run the same again",
        hub.url
    );
    assert_eq!(error.to_string(), expected);
    assert!(!snapshot.join("config.json").exists());
    assert_eq!(files_under(cache.path()), ["main"]);
    let offline = HubSettings { offline: true, ..no_network(&cache) };
    assert!(matches!(resolve("owner/model", &[CONFIG], &offline, &quiet), Err(HubError::Offline { .. })));
}

#[test]
fn a_body_shorter_than_the_file_is_not_the_file() {
    let hub = Server::new(|_| {
        let headers = [("X-Repo-Commit", COMMIT), ("ETag", GIT_NAME), ("X-Linked-Size", "9"), ("Content-Length", "2")];
        reply("200 OK", &headers, b"{}")
    });
    let cache = temporary();
    let error = resolve("m", &[CONFIG], &settings(&cache, &hub.url), &quiet).unwrap_err();
    assert!(matches!(error, HubError::Interrupted { received: 2, expected: Some(9), source: None, .. }), "{error:?}");
    assert_eq!(files_under(cache.path()), [""; 0]);
}

#[test]
fn a_broken_large_download_goes_on_where_it_broke_off() {
    let weights: Vec<u8> = (0..100_000_u32).map(|i| (i % 251) as u8).collect();
    let body = weights.clone();
    let store = Server::new(move |request| {
        let mut reply = large(request, &body);
        if request.header("range").is_none() {
            reply.body.truncate(70_000);
        }
        reply
    });
    let (body, location) = (weights.clone(), format!("{}/x", store.url));
    let hub = Server::new(move |_| sent_on(&location, &body));
    let (cache, snapshot) = filled(&[]);
    let settings = settings(&cache, &hub.url);
    let error = resolve("owner/model", &[WEIGHTS], &settings, &quiet).unwrap_err();
    assert!(matches!(error, HubError::Interrupted { received: 70_000, .. }), "{error:?}");
    assert!(!told(&error).contains(&store.url), "{error:?}");
    assert!(!snapshot.join("model.safetensors").exists());
    let part = format!("{}.peise-part", sha256(&weights));
    assert_eq!(files_under(cache.path()), [&part, "main"]);

    assert_eq!(resolve("owner/model", &[WEIGHTS], &settings, &quiet).unwrap(), snapshot);
    assert_eq!(store.requests.lock().unwrap().last().unwrap().header("range"), Some("bytes=70000-"));
    assert_eq!(fs::read(snapshot.join("model.safetensors")).unwrap(), weights);
    assert_eq!(files_under(cache.path()), [sha256(&weights), "main".to_owned()]);
}

#[test]
fn a_server_that_ignores_ranges_is_read_from_the_start() {
    let weights = vec![3; 1000];
    let body = weights.clone();
    let hub = Server::new(move |_| {
        let (length, etag) = (body.len().to_string(), sha256(&body));
        reply("200 OK", &[("X-Repo-Commit", COMMIT), ("ETag", &etag), ("Content-Length", &length)], &body)
    });
    for leftover in [vec![9; 400], vec![9; 1000], vec![9; 2000]] {
        let (cache, snapshot) = filled(&[]);
        let blobs = cache.path().join("models--owner--model/blobs");
        fs::create_dir_all(&blobs).unwrap();
        fs::write(blobs.join(format!("{}.peise-part", sha256(&weights))), leftover).unwrap();
        resolve("owner/model", &[WEIGHTS], &settings(&cache, &hub.url), &quiet).unwrap();
        assert_eq!(fs::read(snapshot.join("model.safetensors")).unwrap(), weights);
    }
}

#[test]
fn what_cannot_be_checked_is_read_from_the_start() {
    let (cache, snapshot) = filled(&[]);
    let blobs = cache.path().join("models--owner--model/blobs");
    fs::create_dir_all(&blobs).unwrap();
    fs::write(blobs.join(format!("{GIT_NAME}2.peise-part")), "x").unwrap();
    let hub = Server::new(|_| small(b"{}"));
    resolve("owner/model", &[CONFIG], &settings(&cache, &hub.url), &quiet).unwrap();
    assert_eq!(hub.paths().len(), 1);
    assert_eq!(fs::read(snapshot.join("config.json")).unwrap(), b"{}");
}

#[test]
fn a_damaged_file_is_refused_and_removed() {
    let store = Server::new(|request| large(request, &[4; 1000]));
    let location = format!("{}/x", store.url);
    let hub = Server::new(move |_| sent_on(&location, &[5; 1000]));
    let (cache, snapshot) = filled(&[]);
    let error = resolve("owner/model", &[WEIGHTS], &settings(&cache, &hub.url), &quiet).unwrap_err();
    assert!(matches!(&error, HubError::Damaged { found, .. } if *found == sha256(&[4; 1000])), "{error}");
    assert!(!snapshot.join("model.safetensors").exists());
    assert_eq!(files_under(cache.path()), ["main"]);
}

#[test]
fn too_large_is_refused_before_and_while_it_arrives() {
    let announced = Server::new(|_| {
        let headers = [("X-Repo-Commit", COMMIT), ("ETag", GIT_NAME), ("Content-Length", "5000000000")];
        reply("200 OK", &headers, b"x")
    });
    let endless = Server::new(|_| {
        let headers = [("X-Repo-Commit", COMMIT), ("ETag", GIT_NAME), ("Transfer-Encoding", "chunked")];
        reply("200 OK", &headers, format!("2000\r\n{}\r\n", "x".repeat(0x2000)).repeat(200).as_bytes())
    });
    let cache = temporary();
    let huge = HubSettings { max_bytes: 4 << 30, ..settings(&cache, &announced.url) };
    let error = resolve("m", &[CONFIG], &huge, &quiet).unwrap_err();
    assert!(matches!(error, HubError::TooLarge { bytes: 5_000_000_000, limit: 0x1_0000_0000, .. }), "{error:?}");
    assert!(error.to_string().contains(&format!("config.json at {}/m/resolve/main/config.json has", announced.url)));
    assert_eq!(files_under(cache.path()), [""; 0]);
    let error = resolve("m", &[CONFIG], &settings(&cache, &endless.url), &quiet).unwrap_err();
    assert!(matches!(error, HubError::TooLarge { limit: 0x10_0000, .. }), "{error:?}");
    assert_eq!(files_under(cache.path()), [""; 0]);
}

#[test]
fn a_silent_server_is_given_up() {
    let hub = Server::new(|_| {
        let mut reply = small(&[1; 1000]);
        (reply.body, reply.silence) = (vec![1; 10], Duration::from_secs(30));
        reply
    });
    let cache = temporary();
    let settings = HubSettings { patience: Duration::from_millis(200), ..settings(&cache, &hub.url) };
    let error = resolve("m", &[CONFIG], &settings, &quiet).unwrap_err();
    let HubError::Interrupted { received: 10, source: Some(source), .. } = error else { panic!("{error:?}") };
    assert!(source.to_string().starts_with("timeout"), "{source}");
}

#[test]
fn answers_that_no_hub_gives_are_refused() {
    let ok = |headers: &[(&str, &str)]| reply("200 OK", headers, b"{}").head;
    let sent = |headers: &[(&str, &str)]| reply("302 Found", headers, b"").head;
    let (commit, etag, length) = (("X-Repo-Commit", COMMIT), ("ETag", GIT_NAME), ("Content-Length", "2"));
    let cases = [
        (ok(&[etag, length]), "names no commit"),
        (ok(&[("X-Repo-Commit", "../../x"), etag, length]), "names no commit"),
        (ok(&[commit, length]), "has no usable ETag"),
        (ok(&[commit, ("ETag", "\"../../../../evil\""), length]), "has no usable ETag"),
        (ok(&[commit, etag]), "does not tell how large"),
        (ok(&[("X-Repo-Commit", OTHER_COMMIT), etag, length]), "is of another commit"),
        (sent(&[("Location", "/again"), ("Content-Length", "0")]), "leads round in circles"),
        (sent(&[("Location", "file:///etc/passwd"), ("Content-Length", "0")]), "leads nowhere"),
        (sent(&[("Content-Length", "0")]), "leads nowhere"),
    ];
    let name = format!("m@{COMMIT}");
    for (head, expected) in cases {
        let answer = move |_: &Request| Reply { head: head.clone(), body: b"{}".to_vec(), silence: Duration::ZERO };
        let (hub, cache) = (Server::new(answer), temporary());
        let error = resolve(&name, &[CONFIG], &settings(&cache, &hub.url), &quiet).unwrap_err().to_string();
        assert!(error.starts_with("the answer for config.json at ") && error.contains(expected), "{error}");
        assert_eq!(files_under(cache.path()), [""; 0]);
    }
}

#[test]
fn a_file_that_another_process_downloads_is_left_to_it() {
    let (cache, _) = filled(&[]);
    let blobs = cache.path().join("models--owner--model/blobs");
    fs::create_dir_all(&blobs).unwrap();
    let path = blobs.join(format!("{GIT_NAME}2.peise-part"));
    let theirs = fs::File::create(&path).unwrap();
    theirs.lock().unwrap();
    let hub = Server::new(|_| small(b"{}"));
    let settings = settings(&cache, &hub.url);
    let error = resolve("owner/model", &[CONFIG], &settings, &quiet).unwrap_err();
    assert!(matches!(&error, HubError::Busy { path: busy, .. } if *busy == path), "{error}");
    drop(theirs);
    assert!(resolve("owner/model", &[CONFIG], &settings, &quiet).is_ok());
}

#[test]
fn a_cache_that_cannot_be_written_is_named() {
    let cache = temporary();
    fs::write(cache.path().join("models--m"), "a file").unwrap();
    let hub = Server::new(|_| small(b"{}"));
    let error = resolve("m", &[CONFIG], &settings(&cache, &hub.url), &quiet).unwrap_err().to_string();
    let path = cache.path().join("models--m/blobs");
    assert!(error.starts_with(&format!("cannot write {}; ", path.display())), "{error}");
}

#[test]
fn a_bar_shows_bytes() {
    assert_eq!(download_bar("config.json", Some(7)).length(), Some(7));
    assert_eq!(download_bar("config.json", None).length(), None);
    assert_eq!(download_bar("config.json", Some(7)).message(), "config.json");
}
