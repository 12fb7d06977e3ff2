//! Why a model could not be had.

use std::io;
use std::path::PathBuf;

/// Why a model could not be had; each message says what to do instead.
#[derive(Debug, thiserror::Error)]
pub enum HubError {
    /// Neither a folder nor a name.
    #[error(
        "{name:?} is no folder, and no Hugging Face name either: {reason}; give a folder, or a name such as \
         bert-base-chinese or owner/model@revision"
    )]
    Name {
        /// What was given.
        name: String,
        /// What is wrong with it as a name.
        reason: &'static str,
    },
    /// No home folder and no setting.
    #[error("no home folder to keep models in; set HF_HOME, or give the path of a model folder")]
    NoCache,
    /// `HF_ENDPOINT` is no address.
    #[error("HF_ENDPOINT is {endpoint:?}; give it as http://host or https://host")]
    Endpoint {
        /// What it is.
        endpoint: String,
    },
    /// Something is missing, and the network is forbidden.
    #[error(
        "{name}: {missing} not in {folder}, and HF_HUB_OFFLINE or TRANSFORMERS_OFFLINE forbids to download; unset \
         it, or give the path of a folder that holds the files"
    )]
    Offline {
        /// The model.
        name: String,
        /// The files.
        missing: String,
        /// Where they were looked for.
        folder: PathBuf,
    },
    /// The server does not have it.
    #[error(
        "no {file} at {url} (HTTP 404{}); check the model's name and revision, or give the path of a folder that \
         holds the files",
        code.as_deref().map(|code| format!(", {code}")).unwrap_or_default()
    )]
    NotFound {
        /// The file, or the alternatives.
        file: String,
        /// The address of the last one tried.
        url: String,
        /// What the server says is missing: the file, the revision or the model.
        code: Option<String>,
    },
    /// The server wants to know who asks, or does not like the answer.
    #[error(
        "the server keeps {file} at {url} from you (HTTP {status}); check the model's name, accept its terms on its \
         page, and set HF_TOKEN"
    )]
    Denied {
        /// The file.
        file: String,
        /// Its address.
        url: String,
        /// 401 or 403.
        status: u16,
    },
    /// Another answer than the file.
    #[error(
        "the server does not give {file} at {url} (HTTP {status}); try again later, or set HF_ENDPOINT to a mirror"
    )]
    Status {
        /// The file.
        file: String,
        /// Its address.
        url: String,
        /// What it answered.
        status: u16,
    },
    /// No answer.
    #[error(
        "cannot fetch {file} from {url}; check the network, set HF_ENDPOINT to a mirror, or give the path of a \
         folder that holds the files"
    )]
    Connect {
        /// The file.
        file: String,
        /// Its address.
        url: String,
        /// Why.
        #[source]
        source: Box<ureq::Error>,
    },
    /// An answer that no hub gives.
    #[error("the answer for {file} at {url} {problem}; check that HF_ENDPOINT is a Hugging Face server")]
    Answer {
        /// The file.
        file: String,
        /// Its address.
        url: String,
        /// What is wrong with it.
        problem: &'static str,
    },
    /// The connection ended before the file did.
    #[error(
        "the download of {file} from {url} broke off after {received} bytes{}; nothing incomplete is used: run the \
         same again",
        expected.map(|bytes| format!(" of {bytes}")).unwrap_or_default()
    )]
    Interrupted {
        /// The file.
        file: String,
        /// Its address.
        url: String,
        /// Bytes that arrived.
        received: u64,
        /// Bytes that should have.
        expected: Option<u64>,
        /// Why, if more is known than that it ended.
        #[source]
        source: Option<io::Error>,
    },
    /// Larger than is accepted.
    #[error(
        "{file} at {url} has {bytes} bytes or more; the most that is downloaded is {limit}: check the model's name, \
         or download it yourself and give the path of the folder"
    )]
    TooLarge {
        /// The file.
        file: String,
        /// Its address.
        url: String,
        /// Its size, or what had arrived.
        bytes: u64,
        /// The limit.
        limit: u64,
    },
    /// Not what the server announced.
    #[error("{file} from {url} arrived damaged: SHA-256 {found}, not {expected}; it was removed: run the same again")]
    Damaged {
        /// The file.
        file: String,
        /// Its address.
        url: String,
        /// What the server announced.
        expected: String,
        /// What arrived.
        found: String,
    },
    /// Another process fetches the same file.
    #[error("another process downloads {file} to {path}; run the same again when it is done")]
    Busy {
        /// The file.
        file: String,
        /// Where it is written.
        path: PathBuf,
    },
    /// The cache cannot be written.
    #[error("cannot write {path}; free some space, or set HF_HUB_CACHE to a folder that can be written")]
    Write {
        /// The file or folder.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
}

impl HubError {
    /// For `map_err`: this path could not be written.
    pub(super) fn write(path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Self {
        move |source| Self::Write { path: path.into(), source }
    }
}
