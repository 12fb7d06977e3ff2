//! Downloads into the cache.
//!
//! `GET <endpoint>/<owner>/<model>/resolve/<revision>/<file>` answers with the file, or sends on to where it lies:
//! on the hub itself (renamed models, small files) or elsewhere (large ones). Only the hub's own answers are asked
//! what the file is (`X-Repo-Commit`, `X-Linked-Etag`, `ETag`, `X-Linked-Size`), and only the hub gets the token.

use super::cache::ModelCache;
use super::download::{Download, Expected};
use super::name::{Commit, Etag, ModelName};
use super::{FileWanted, HubError, HubSettings, MakeBar};
use std::io;
use std::path::PathBuf;
use std::time::Duration;
use ureq::http::{HeaderMap, StatusCode, header};
use ureq::{Agent, Body};

const MAX_HOPS: usize = 6;

type Response = ureq::http::Response<Body>;

/// Downloads the files and gives the folder of their snapshot, all of one commit: that of the cache where it knows
/// one, else that of the first file.
///
/// # Errors
/// If a file cannot be had, or the cache cannot be written.
/// # Panics
/// If no file is wanted (programmer error).
pub fn fetch(
    model: &ModelName,
    mut commit: Option<Commit>,
    files: &[FileWanted],
    cache: &ModelCache,
    settings: &HubSettings,
    bar: MakeBar,
) -> Result<PathBuf, HubError> {
    let hub = Hub::new(settings, bar)?;
    for wanted in files {
        commit = Some(hub.fetch(*wanted, model, commit, cache)?);
    }
    let commit = commit.expect("at least one file is wanted");
    cache.note(&model.revision, &commit)?;
    Ok(cache.snapshot(&commit))
}

struct Hub<'a> {
    agent: Agent,
    endpoint: &'a str,
    token: Option<&'a str>,
    max_bytes: u64,
    bar: MakeBar<'a>,
}

/// A file and its address on the hub: what errors name. Where the hub sends on to may hold a secret.
pub struct Asked {
    /// The file.
    pub file: String,
    /// Its address.
    pub url: String,
}

/// The last answer, and what the hub's own ones said.
struct Answer {
    response: Response,
    url: String,
    facts: Facts,
}

#[derive(Default)]
struct Facts {
    commit: Option<Commit>,
    linked_etag: Option<Etag>,
    etag: Option<Etag>,
    bytes: Option<u64>,
    code: Option<String>,
}

impl Facts {
    fn read(&mut self, headers: &HeaderMap) {
        let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
        let linked = text("x-linked-etag").and_then(Etag::parse);
        self.commit = text("x-repo-commit").and_then(Commit::parse).or(self.commit.take());
        self.linked_etag = linked.or(self.linked_etag.take());
        self.etag = text("etag").and_then(Etag::parse).or(self.etag.take());
        self.bytes = text("x-linked-size").and_then(|bytes| bytes.parse().ok()).or(self.bytes);
        self.code =
            text("x-error-code").map(|code| code.chars().filter(char::is_ascii_alphanumeric).take(40).collect());
    }
}

impl<'a> Hub<'a> {
    fn new(settings: &'a HubSettings, bar: MakeBar<'a>) -> Result<Self, HubError> {
        let endpoint = settings.endpoint.trim_end_matches('/');
        if !["http://", "https://"].iter().any(|scheme| endpoint.strip_prefix(scheme).is_some_and(|r| !r.is_empty())) {
            return Err(HubError::Endpoint { endpoint: settings.endpoint.clone() });
        }
        // A download may take hours, but not be silent for long.
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .timeout_connect(Some(Duration::from_secs(30)))
            .timeout_recv_response(Some(settings.patience))
            .timeout_per_read(Some(settings.patience))
            .proxy(settings.proxy.clone())
            .accept_encoding("identity")
            .user_agent(concat!("peise/", env!("CARGO_PKG_VERSION")))
            .build();
        let token = settings.token.as_deref();
        Ok(Self { agent: config.new_agent(), endpoint, token, max_bytes: settings.max_bytes, bar })
    }

    /// Downloads the first of the alternatives that the model has.
    fn fetch(
        &self,
        wanted: FileWanted,
        model: &ModelName,
        commit: Option<Commit>,
        cache: &ModelCache,
    ) -> Result<Commit, HubError> {
        let revision = commit.as_ref().map_or(model.revision.as_str(), Commit::as_str).replace('/', "%2F");
        let mut absent = (String::new(), None);
        for file in wanted.0 {
            let url = format!("{}/{}/resolve/{revision}/{file}", self.endpoint, model.id);
            let asked = Asked { file: (*file).to_owned(), url };
            let answer = self.open(&asked, &asked.url, 0)?;
            match answer.response.status() {
                StatusCode::OK => return self.store(&asked, answer, commit, cache),
                StatusCode::NOT_FOUND => absent = (asked.url, answer.facts.code),
                status => return Err(asked.status(status)),
            }
        }
        Err(HubError::NotFound { file: wanted.to_string(), url: absent.0, code: absent.1 })
    }

    /// Asks for an address, from byte `start` on, and goes where it is sent.
    fn open(&self, asked: &Asked, url: &str, start: u64) -> Result<Answer, HubError> {
        let mut url = url.to_owned();
        let mut facts = Facts::default();
        for _ in 0..MAX_HOPS {
            let is_hub = origin(&url) == origin(self.endpoint);
            let mut request = self.agent.get(&url);
            if let Some(token) = self.token.filter(|_| is_hub) {
                request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
            }
            if start > 0 {
                request = request.header(header::RANGE, format!("bytes={start}-"));
            }
            let response = request.call().map_err(|error| asked.connect(error))?;
            if is_hub {
                facts.read(response.headers());
            }
            if !response.status().is_redirection() {
                return Ok(Answer { response, url, facts });
            }
            let location = response.headers().get(header::LOCATION).and_then(|value| value.to_str().ok());
            let next = location.and_then(|location| next_url(&url, location));
            url = next.ok_or_else(|| asked.answer("leads nowhere, or from https to http"))?;
        }
        Err(asked.answer("leads round in circles"))
    }

    /// Makes an answer a file of the snapshot.
    fn store(
        &self,
        asked: &Asked,
        answer: Answer,
        pinned: Option<Commit>,
        cache: &ModelCache,
    ) -> Result<Commit, HubError> {
        let Answer { response, url, facts } = answer;
        let commit = facts.commit.ok_or_else(|| asked.answer("names no commit (X-Repo-Commit)"))?;
        if pinned.is_some_and(|pinned| pinned != commit) {
            return Err(asked.answer("is of another commit than was asked for"));
        }
        let etag = facts.linked_etag.or(facts.etag).ok_or_else(|| asked.answer("has no usable ETag"))?;
        let total = facts.bytes.or_else(|| content_length(&response));
        if total.is_none() && !response.headers().contains_key(header::TRANSFER_ENCODING) {
            // The end of such a body looks like a broken connection.
            return Err(asked.answer("does not tell how large the file is"));
        }
        asked.check_size(total.unwrap_or(0), self.max_bytes)?;
        let part = cache.part(&etag, &asked.file)?;
        // Only now that it is locked: another process may have finished it a moment ago.
        if cache.has_blob(&etag, total) {
            part.discard();
        } else {
            let sha256 = etag.sha256().map(ToOwned::to_owned);
            let mut download = Download::new(asked, part, Expected { sha256, total, limit: self.max_bytes })?;
            let here = download.received();
            let rest = if here > 0 { Some(self.open(asked, &url, here)?.response) } else { None };
            let rest = rest.filter(|rest| starts_at(rest, here));
            if rest.is_none() {
                download.start_over()?;
            }
            download.receive(rest.unwrap_or(response).into_body().into_reader(), self.bar)?;
        }
        cache.link(&commit, &asked.file, &etag)?;
        Ok(commit)
    }
}

impl Asked {
    fn names(&self) -> (String, String) {
        (self.file.clone(), self.url.clone())
    }

    /// # Errors
    /// If so many bytes are too many.
    pub fn check_size(&self, bytes: u64, limit: u64) -> Result<(), HubError> {
        let (file, url) = self.names();
        if bytes > limit { Err(HubError::TooLarge { file, url, bytes, limit }) } else { Ok(()) }
    }

    /// The connection ended after so many bytes.
    pub fn interrupted(&self, received: u64, expected: Option<u64>, source: Option<io::Error>) -> HubError {
        let (file, url) = self.names();
        HubError::Interrupted { file, url, received, expected, source }
    }

    /// The content has another SHA-256.
    pub fn damaged(&self, expected: String, found: String) -> HubError {
        let (file, url) = self.names();
        HubError::Damaged { file, url, expected, found }
    }

    fn connect(&self, source: ureq::Error) -> HubError {
        let (file, url) = self.names();
        HubError::Connect { file, url, source: Box::new(source) }
    }

    fn answer(&self, problem: &'static str) -> HubError {
        let (file, url) = self.names();
        HubError::Answer { file, url, problem }
    }

    fn status(&self, status: StatusCode) -> HubError {
        let (file, url) = self.names();
        match status {
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => HubError::Denied { file, url, status: status.as_u16() },
            _ => HubError::Status { file, url, status: status.as_u16() },
        }
    }
}

fn content_length(response: &Response) -> Option<u64> {
    response.headers().get(header::CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

/// Whether a response is the file from this byte on, rather than all of it.
fn starts_at(response: &Response, start: u64) -> bool {
    let range = response.headers().get(header::CONTENT_RANGE).and_then(|value| value.to_str().ok());
    response.status() == StatusCode::PARTIAL_CONTENT
        && range.is_some_and(|range| range.starts_with(&format!("bytes {start}-")))
}

/// Scheme, host and port of an address, as they are written.
fn origin(url: &str) -> &str {
    let host = url.find("://").map_or(0, |at| at + 3);
    let end = url[host..].find(['/', '?', '#']).map_or(url.len(), |at| host + at);
    &url[..end]
}

/// Where a redirection leads, unless it leaves https.
fn next_url(from: &str, location: &str) -> Option<String> {
    let (scheme, _) = from.split_once("://")?;
    let to = if location.starts_with("//") {
        format!("{scheme}:{location}")
    } else if location.starts_with('/') {
        format!("{}{location}", origin(from))
    } else {
        location.to_owned()
    };
    let is_safe = to.starts_with("https://") || (scheme == "http" && to.starts_with("http://"));
    is_safe.then_some(to)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn redirections_are_resolved_and_never_leave_https() {
        for (from, location, expected) in [
            ("https://hub/a/b", "/c?d", Some("https://hub/c?d")),
            ("https://hub/a", "//cdn/c", Some("https://cdn/c")),
            ("https://hub/a", "https://cdn/c", Some("https://cdn/c")),
            ("https://hub/a", "http://cdn/c", None),
            ("http://hub/a", "http://cdn/c", Some("http://cdn/c")),
            ("http://hub/a", "file:///etc/passwd", None),
            ("https://hub/a", "c", None),
        ] {
            assert_eq!(next_url(from, location).as_deref(), expected, "{from} -> {location}");
        }
    }

    #[test]
    fn an_origin_is_scheme_host_and_port() {
        for (url, expected) in [
            ("https://hub", "https://hub"),
            ("http://hub:80/a/b", "http://hub:80"),
            ("https://hub?a", "https://hub"),
            ("https://hub@evil/a", "https://hub@evil"),
        ] {
            assert_eq!(origin(url), expected);
        }
    }
}
