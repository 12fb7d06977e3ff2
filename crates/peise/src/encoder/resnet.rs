//! ResNet-18 in the report's two forms.
//!
//! Source: He et al. 2015, "Deep Residual Learning for Image Recognition" (arXiv 1512.03385), table 1; the report,
//! "Images". Form (a), [`ResNetConfig::imagenet`], is torchvision's topology and takes its published weights
//! ([`crate::weights::keys::RESNET`] has the key map). Form (b), [`ResNetConfig::scratch`], is the report's own: a 3x3
//! stride-1 stem without max-pool, average pooling in windows of 4, and two linear layers with dropout between them
//! and no activation.

use super::block::{BasicBlock, ConvNorm};
use burn::module::Module;
use burn::nn::pool::{AvgPool2d, AvgPool2dConfig, MaxPool2d, MaxPool2dConfig};
use burn::nn::{Dropout, DropoutConfig, Linear, LinearConfig, PaddingConfig2d};
use burn::tensor::{Device, Tensor, assert_shape};
use serde::{Deserialize, Serialize};

/// How a ResNet begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stem {
    /// 7x7, stride 2, then a 3x3 max-pool of stride 2: torchvision's.
    Imagenet,
    /// 3x3, stride 1, no max-pool: the report's own.
    Small,
}

/// Architecture of a [`ResNet`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ResNetConfig {
    /// How it begins.
    pub stem: Stem,
    /// Channels of each stage (the stem has the first's); every stage but the first halves height and width.
    pub widths: Vec<usize>,
    /// Basic blocks in each stage.
    pub blocks: Vec<usize>,
    /// Side and stride of the average-pooling windows; 0 = one average over the whole map.
    pub pool: usize,
    /// Width of a linear layer before the last; 0 = none.
    pub hidden: usize,
    /// Dropout between the two linear layers while training.
    pub dropout: f64,
    /// Width F of the features.
    pub output: usize,
}

impl Default for ResNetConfig {
    fn default() -> Self {
        Self::scratch()
    }
}

/// The network. Built by [`ResNetConfig::init`].
#[derive(Module, Debug)]
pub struct ResNet {
    stem: ConvNorm,
    max_pool: Option<MaxPool2d>,
    stages: Vec<Vec<BasicBlock>>,
    average_pool: Option<AvgPool2d>,
    hidden: Option<Linear>,
    dropout: Dropout,
    output: Linear,
}

impl ResNetConfig {
    /// Form (a): torchvision's ResNet-18, at 224 px; its 1000 class scores are the features.
    pub fn imagenet() -> Self {
        Self {
            stem: Stem::Imagenet,
            widths: vec![64, 128, 256, 512],
            blocks: vec![2; 4],
            pool: 0,
            hidden: 0,
            dropout: 0.0,
            output: 1000,
        }
    }

    /// Form (b): the report's, trained from nothing at 124 px.
    pub fn scratch() -> Self {
        Self { stem: Stem::Small, pool: 4, hidden: 2048, dropout: 0.5, ..Self::imagenet() }
    }

    /// Whether a network of this configuration can be built for photos of this size; what is wrong, if not.
    ///
    /// # Errors
    /// If a count is zero or beyond reason, or the photos are too small for the pooling windows.
    pub fn check(&self, photo: [usize; 2]) -> Result<(), &'static str> {
        let reasonable = |size: &usize| (1..=4096).contains(size);
        if self.widths.len() != self.blocks.len() || !(1..=8).contains(&self.widths.len()) {
            return Err("image.widths and image.blocks must name the same stages, 1 to 8 of them");
        }
        if !self.widths.iter().all(reasonable) || !self.blocks.iter().all(|blocks| (1..=64).contains(blocks)) {
            return Err("image.widths must lie within 1..=4096, image.blocks within 1..=64");
        }
        if !reasonable(&self.output) || self.hidden > 1 << 14 || self.pool > 4096 {
            return Err("image.output must lie within 1..=4096, image.hidden within 0..=16384");
        }
        if !(0.0..1.0).contains(&self.dropout) {
            return Err("image.dropout must lie within 0..1");
        }
        match self.pooled(photo) {
            0 => Err("the photos are too small for image.pool: the map is smaller than a window"),
            pooled if pooled > 1 << 16 => Err("more than 65536 pooled values: make image.pool larger"),
            _ => Ok(()),
        }
    }

    /// Values after pooling, for photos of this height and width.
    fn pooled(&self, photo: [usize; 2]) -> usize {
        let halved = |side: usize| side.div_ceil(2);
        let side = |side: usize| {
            let stem = if self.stem == Stem::Imagenet { halved(halved(side)) } else { side };
            let map = (1..self.widths.len()).fold(stem, |side, _| halved(side));
            map.checked_div(self.pool).unwrap_or(1)
        };
        side(photo[0]) * side(photo[1]) * self.widths.last().copied().unwrap_or(0)
    }

    /// A network with random weights on `device`, for photos of this height and width.
    ///
    /// # Panics
    /// If [`ResNetConfig::check`] fails (programmer error).
    pub fn init(&self, photo: [usize; 2], device: &Device) -> ResNet {
        if let Err(reason) = self.check(photo) {
            panic!("{reason}");
        }
        let mut channels = self.widths[0];
        let mut stages = Vec::new();
        for (stage, (&width, &count)) in self.widths.iter().zip(&self.blocks).enumerate() {
            let mut blocks = Vec::new();
            for block in 0..count {
                let stride = if stage > 0 && block == 0 { 2 } else { 1 };
                blocks.push(BasicBlock::init([channels, width], stride, device));
                channels = width;
            }
            stages.push(blocks);
        }
        let imagenet = self.stem == Stem::Imagenet;
        let (kernel, stride) = if imagenet { (7, 2) } else { (3, 1) };
        let pooled = self.pooled(photo);
        let last = if self.hidden > 0 { self.hidden } else { pooled };
        ResNet {
            stem: ConvNorm::init([3, self.widths[0]], kernel, stride, device),
            max_pool: imagenet.then(|| {
                let padding = PaddingConfig2d::Explicit(1, 1, 1, 1);
                MaxPool2dConfig::new([3, 3]).with_strides([2, 2]).with_padding(padding).init()
            }),
            stages,
            average_pool: (self.pool > 0)
                .then(|| AvgPool2dConfig::new([self.pool, self.pool]).with_strides([self.pool, self.pool]).init()),
            hidden: (self.hidden > 0).then(|| LinearConfig::new(pooled, self.hidden).init(device)),
            dropout: DropoutConfig::new(self.dropout).init(),
            output: LinearConfig::new(last, self.output).init(device),
        }
    }
}

impl ResNet {
    /// Encodes photos.
    ///
    /// # Shapes
    /// - images `[N, 3, H, W]`, R, G, B, normalised as the model's preprocessing states; H and W as given to `init`
    /// - returns `[N, F]`
    /// # Panics
    /// If there are not three channels, or the photos have another size (programmer error).
    pub fn forward(&self, images: Tensor<4>) -> Tensor<2> {
        assert_shape!(images, [_, 3, _, _]);
        let mut maps = self.stem.forward_relu(images);
        if let Some(pool) = &self.max_pool {
            maps = pool.forward(maps);
        }
        for block in self.stages.iter().flatten() {
            maps = block.forward(maps);
        }
        let pooled = match &self.average_pool {
            Some(pool) => pool.forward(maps).flatten(1, 3),
            None => {
                let [count, channels, height, width] = maps.dims();
                maps.reshape([count, channels, height * width]).mean_dim(2).reshape([count, channels])
            }
        };
        let last = match &self.hidden {
            Some(hidden) => self.dropout.forward(hidden.forward(pooled)),
            None => pooled,
        };
        self.output.forward(last)
    }

    /// The same network for inference, batch normalisation folded into the convolutions.
    pub fn fold(self) -> Self {
        let fold = |blocks: Vec<BasicBlock>| blocks.into_iter().map(BasicBlock::fold).collect();
        Self { stem: self.stem.fold(), stages: self.stages.into_iter().map(fold).collect(), ..self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use burn::tensor::Distribution;

    #[test]
    fn the_report_s_sizes_come_out() {
        // 124 -> 124, 62, 31, 16 -> windows of 4: 4 x 4 x 512.
        assert_eq!(ResNetConfig::scratch().pooled([124, 124]), 8192);
        assert_eq!(ResNetConfig::imagenet().pooled([224, 224]), 512);
        assert!(ResNetConfig::scratch().check([24, 24]).is_err(), "a map of 3 x 3 has no window of 4");
    }

    #[test]
    fn folding_changes_nothing() {
        let device = Device::flex();
        for base in [ResNetConfig::imagenet(), ResNetConfig::scratch()] {
            let hidden = if base.hidden > 0 { 6 } else { 0 };
            let config = ResNetConfig { widths: vec![4, 4, 8, 8], hidden, output: 5, ..base };
            let model = config.init([33, 40], &device);
            let photos = Tensor::<4>::random([2, 3, 33, 40], Distribution::Default, &device);
            let (plain, folded) = (model.forward(photos.clone()), model.fold().forward(photos));
            assert_eq!(plain.dims(), [2, 5]);
            assert!((plain - folded).abs().max().into_scalar::<f32>() < 1e-4);
        }
    }
}
