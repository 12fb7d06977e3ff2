//! Times every convolution of a small residual network (stem 24, stages 24/48/96/192, photos of 64 px) against the
//! framework's own: `cargo run --release --example bench -- [batch] [threads]`.

use burn::tensor::ops::ConvOptions;
use burn::tensor::{Device, Distribution, Tensor, module};
use peise_convolution::burn::conv2d;
use peise_convolution::{Epilogue, Shape, backward_data, backward_weight, forward};
use std::hint::black_box;
use std::time::Instant;

/// Name, times in the network, channels in and out, side of the input, kernel, stride.
const LAYERS: [(&str, usize, usize, usize, usize, usize, usize); 11] = [
    ("stem", 1, 3, 24, 64, 3, 2),
    ("stage 1", 2, 24, 24, 32, 3, 1),
    ("stage 2 first", 1, 24, 48, 32, 3, 2),
    ("stage 2 second", 1, 48, 48, 16, 3, 1),
    ("stage 2 shortcut", 1, 24, 48, 32, 1, 2),
    ("stage 3 first", 1, 48, 96, 16, 3, 2),
    ("stage 3 second", 1, 96, 96, 8, 3, 1),
    ("stage 3 shortcut", 1, 48, 96, 16, 1, 2),
    ("stage 4 first", 1, 96, 192, 8, 3, 2),
    ("stage 4 second", 1, 192, 192, 4, 3, 1),
    ("stage 4 shortcut", 1, 96, 192, 8, 1, 2),
];

/// Least of a few runs, in milliseconds.
fn time(mut run: impl FnMut()) -> f64 {
    run();
    let mut best = f64::INFINITY;
    let begin = Instant::now();
    let mut runs = 0;
    while runs < 3 || (begin.elapsed().as_millis() < 100 && runs < 30) {
        let start = Instant::now();
        run();
        best = best.min(start.elapsed().as_secs_f64() * 1e3);
        runs += 1;
    }
    best
}

/// Ours: forward, backward data, backward weight.
fn ours(shape: &Shape, data: &[Vec<f32>; 3]) -> [f64; 3] {
    let [input, weight, output] = data;
    let (mut to_output, mut to_input, mut to_weight) = (output.clone(), input.clone(), weight.clone());
    [
        time(|| forward(shape, input, weight, None, Epilogue::default(), black_box(&mut to_output)).expect("shapes")),
        time(|| backward_data(shape, output, weight, black_box(&mut to_input)).expect("shapes")),
        time(|| backward_weight(shape, input, output, black_box(&mut to_weight)).expect("shapes")),
    ]
}

type Convolution = fn(Tensor<4>, Tensor<4>, [usize; 2], [usize; 2]) -> Tensor<4>;

/// As tensors: forward, and a training step of forward and backward. Photos need no gradient.
fn tensors(shape: &Shape, stride: usize, padding: usize, convolution: Convolution) -> [f64; 2] {
    let device = Device::flex();
    let random = |size: [usize; 4], device: &Device| Tensor::<4>::random(size, Distribution::Default, device);
    let run = |input: Tensor<4>, weight: Tensor<4>| convolution(input, weight, [stride; 2], [padding; 2]);
    let (input, weight) = (random(shape.input_size(), &device), random(shape.weight_size(), &device));
    let forward = time(|| {
        black_box(run(input.clone(), weight.clone()));
    });
    let device = device.autodiff();
    let photos = shape.input_size()[1] == 3;
    let input = random(shape.input_size(), &device);
    let (input, weight) = (if photos { input } else { input.require_grad() }, random(shape.weight_size(), &device));
    let weight = weight.require_grad();
    let training = time(|| {
        let grads = run(input.clone(), weight.clone()).backward();
        black_box(weight.grad(&grads));
    });
    [forward, training]
}

fn burns(input: Tensor<4>, weight: Tensor<4>, stride: [usize; 2], padding: [usize; 2]) -> Tensor<4> {
    module::conv2d(input, weight, None, ConvOptions::new(stride, padding, [1, 1], 1))
}

fn ours_as_tensors(input: Tensor<4>, weight: Tensor<4>, stride: [usize; 2], padding: [usize; 2]) -> Tensor<4> {
    conv2d(input, weight, None, stride, padding)
}

fn main() {
    let batch = std::env::args().nth(1).and_then(|batch| batch.parse().ok()).unwrap_or(64);
    let threads = std::env::args().nth(2).and_then(|threads| threads.parse().ok());
    for threads in threads.map_or(vec![1, 2], |threads| vec![threads]) {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("a thread pool");
        pool.install(|| table(batch, threads));
    }
}

fn table(batch: usize, threads: usize) {
    println!("{threads} thread(s), batch {batch}, ms (GFLOP/s)");
    println!(
        "                        on slices: forward     backward data   backward weight | as tensors: forward, training; burn's: forward, training"
    );
    let mut totals = [0.0; 7];
    for (name, count, channels, out_channels, side, kernel, stride) in LAYERS {
        let padding = kernel / 2;
        let sizes = ([batch, channels, side, side], [out_channels, channels, kernel, kernel]);
        let shape = Shape::new(sizes.0, sizes.1, [stride; 2], [padding; 2]).expect("a convolution");
        let data = [shape.input_size(), shape.weight_size(), shape.output_size()]
            .map(|size| (0..size.iter().product()).map(|index: usize| (index % 17) as f32 / 17.0 - 0.5).collect());
        let slices = ours(&shape, &data);
        let ours = tensors(&shape, stride, padding, ours_as_tensors);
        let burns = tensors(&shape, stride, padding, burns);
        let cells = slices.map(|ms| format!("{ms:8.2} ({:5.1})", shape.multiplications() * 2e-6 / ms));
        let [a, b, c, d] = [ours[0], ours[1], burns[0], burns[1]];
        println!("{name:>17} x{count}: {} | {a:8.2} {b:8.2}; {c:8.2} {d:8.2}", cells.join(" "));
        for (index, (total, ms)) in totals.iter_mut().zip(slices.into_iter().chain(ours).chain(burns)).enumerate() {
            // Nothing needs the gradient of the photos.
            *total += if name == "stem" && index == 1 { 0.0 } else { count as f64 * ms };
        }
    }
    let [a, b, c, d, e, f, g] = totals;
    println!("          network: {a:8.2}         {b:8.2}         {c:8.2}         | {d:8.2} {e:8.2}; {f:8.2} {g:8.2}");
    println!("          sum on slices {:8.2}", a + b + c);
}
