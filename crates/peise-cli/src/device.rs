//! `--device`: where tensors live.

use crate::failure::Failure;
use burn::tensor::Device;

/// The device of a name.
///
/// # Errors
/// If the name is unknown, or this build lacks the feature behind it.
pub fn parse(name: &str) -> Result<Device, Failure> {
    match name {
        "cpu" => Ok(Device::flex()),
        #[cfg(feature = "vulkan")]
        "vulkan" => Ok(Device::vulkan(burn::tensor::DeviceKind::DefaultDevice)),
        #[cfg(feature = "cuda")]
        "cuda" => Ok(Device::cuda(0)),
        "vulkan" | "cuda" => Err(Failure::Usage(format!(
            "--device {name}: this build has no {name}; build it with `cargo build --release --features {name}`"
        ))),
        _ => Err(Failure::Usage(format!("--device {name}: expected cpu, vulkan or cuda"))),
    }
}
