//! A decoded photo, and what is to be said of it.

use ::image::RgbImage;
use thiserror::Error;

/// A photo as it was decoded.
#[derive(Debug, Clone, PartialEq)]
pub struct DecodedPhoto {
    /// Its pixels, sRGB.
    pub pixels: RgbImage,
    /// What whoever owns the photo should know; most photos have none.
    pub remark: Option<Remark>,
}

/// What is odd about a photo that was decoded all the same. `Display` is one line for its owner.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum Remark {
    /// The colour profile was ignored: colours are taken as sRGB, and may look duller or brighter than they are.
    #[error("the colour profile {0} and was ignored; if colours look wrong, save the photo again as sRGB")]
    ProfileIgnored(ProfileFault),
}

/// What is wrong with a colour profile.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ProfileFault {
    /// It is no ICC profile, or a damaged or unknown kind of one.
    #[error("is damaged or of an unknown kind")]
    Broken,
    /// It is larger than any real profile.
    #[error("has more than 8 MiB")]
    TooLarge,
    /// It is for other channels than the photo has: CMYK for an RGB photo, for instance.
    #[error("is for another kind of picture")]
    OtherChannels,
}

impl Remark {
    /// What it says, in kebab-case; stable, for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::ProfileIgnored(_) => "colour-profile-ignored",
        }
    }
}
