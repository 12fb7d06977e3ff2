//! The program's memory. Training takes and gives back hundreds of large tensors a step, of which the system's
//! allocator makes page faults.

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// `mi_option_purge_delay` of mimalloc.h, versions 2 and 3.
const PURGE_DELAY: libmimalloc_sys::mi_option_t = 15;

/// Keeps what is given back for the next tensor instead of returning it to the system: a training step frees what the
/// next one takes.
#[allow(unsafe_code, reason = "an option of a library in C")]
pub fn keep_memory() {
    // SAFETY: the option exists, and may be set at any time.
    unsafe { libmimalloc_sys::mi_option_set(PURGE_DELAY, -1) }
}
