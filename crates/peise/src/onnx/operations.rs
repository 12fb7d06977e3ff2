//! The operators that are used, as methods of [`Graph`].

use super::convolution::Convolution;
use super::graph::{Graph, Value};
use super::linear::Linear;
use super::proto::{AttributeProto, Element, TensorProto};
use super::weights::Scale;

fn attribute(name: &str, number: i32) -> AttributeProto {
    AttributeProto { name: Some(name.to_owned()), r#type: Some(number), ..AttributeProto::default() }
}

fn float(name: &str, value: f32) -> AttributeProto {
    AttributeProto { f: Some(value), ..attribute(name, 1) }
}

fn integer(name: &str, value: i64) -> AttributeProto {
    AttributeProto { i: Some(value), ..attribute(name, 2) }
}

fn integers(name: &str, values: &[usize]) -> AttributeProto {
    AttributeProto { ints: values.iter().map(|&value| value as i64).collect(), ..attribute(name, 7) }
}

/// The weights of a GRU, in the operator's order of gates: update, reset, new.
pub(super) struct Recurrence<'a> {
    /// `[1, 3 * hidden, input]`.
    pub input: &'a Value,
    /// `[1, 3 * hidden, hidden]`.
    pub hidden: &'a Value,
    /// `[1, 6 * hidden]`.
    pub bias: &'a Value,
    /// Width of the state.
    pub width: usize,
}

/// # Shapes
/// As the operators of the same names have them: <https://onnx.ai/onnx/operators>.
impl Graph {
    /// `a + b`, broadcast.
    pub fn add(&mut self, a: &Value, b: &Value) -> Value {
        self.node("Add", &[a, b], vec![])
    }

    /// `a * b`, broadcast.
    pub fn multiply(&mut self, a: &Value, b: &Value) -> Value {
        self.node("Mul", &[a, b], vec![])
    }

    /// Matrix product of the last two axes, broadcast over the others.
    pub fn matrix_product(&mut self, a: &Value, b: &Value) -> Value {
        self.node("MatMul", &[a, b], vec![])
    }

    /// The larger of two, broadcast.
    pub fn maximum(&mut self, a: &Value, b: &Value) -> Value {
        self.node("Max", &[a, b], vec![])
    }

    /// What is not negative.
    pub fn relu(&mut self, input: &Value) -> Value {
        self.node("Relu", &[input], vec![])
    }

    /// GELU by the error function, in the form that runtimes fuse.
    pub fn gelu(&mut self, input: &Value) -> Value {
        let (root, one, half) = (self.scalar(std::f32::consts::SQRT_2), self.scalar(1.0), self.scalar(0.5));
        let scaled = self.node("Div", &[input, &root], vec![]);
        let error = self.node("Erf", &[&scaled], vec![]);
        let doubled = self.add(&error, &one);
        let product = self.multiply(input, &doubled);
        self.multiply(&product, &half)
    }

    /// Softmax along the last axis.
    pub fn softmax(&mut self, input: &Value) -> Value {
        self.node("Softmax", &[input], vec![integer("axis", -1)])
    }

    /// `[.., in]` to `[.., out]`: any number of axes.
    pub fn linear(&mut self, name: &str, linear: &Linear, input: &Value) -> Value {
        let weight = self.floats(&format!("{name}.weight"), &linear.weight);
        let product = self.matrix_product(input, &weight);
        let Some(bias) = &linear.bias else { return product };
        let bias = self.floats(&format!("{name}.bias"), bias);
        self.add(&product, &bias)
    }

    /// `[N, in]` to `[N, out]`: one node.
    pub fn linear_of_rows(&mut self, name: &str, linear: &Linear, input: &Value) -> Value {
        let weight = self.floats(&format!("{name}.weight"), &linear.weight);
        let Some(bias) = &linear.bias else { return self.matrix_product(input, &weight) };
        let bias = self.floats(&format!("{name}.bias"), bias);
        self.node("Gemm", &[input, &weight, &bias], vec![])
    }

    /// A convolution of `[N, C, H, W]` with its bias.
    pub fn convolution(&mut self, name: &str, convolution: &Convolution, input: &Value) -> Value {
        let weight = self.floats(&format!("{name}.weight"), &convolution.weight);
        let bias = self.floats(&format!("{name}.bias"), &convolution.bias);
        let (kernel, stride, padding) = (convolution.kernel(), convolution.stride, convolution.padding());
        let attributes = vec![
            integers("kernel_shape", &[kernel; 2]),
            integers("strides", &[stride; 2]),
            integers("pads", &[padding; 4]),
        ];
        self.node("Conv", &[input, &weight, &bias], attributes)
    }

    /// Largest value of windows of `[N, C, H, W]`.
    pub fn max_pool(&mut self, input: &Value, kernel: usize, stride: usize, padding: usize) -> Value {
        let attributes = vec![
            integers("kernel_shape", &[kernel; 2]),
            integers("strides", &[stride; 2]),
            integers("pads", &[padding; 4]),
        ];
        self.node("MaxPool", &[input], attributes)
    }

    /// Averages of windows of `[N, C, H, W]` that lie side by side; what is left at the edge is dropped.
    pub fn average_pool(&mut self, input: &Value, side: usize) -> Value {
        self.node("AveragePool", &[input], vec![integers("kernel_shape", &[side; 2]), integers("strides", &[side; 2])])
    }

    /// Averages of whole maps: `[N, C, H, W]` to `[N, C]`.
    pub fn global_average(&mut self, input: &Value) -> Value {
        let average = self.node("GlobalAveragePool", &[input], vec![]);
        self.flatten(&average)
    }

    /// `[N, ..]` to `[N, rest]`.
    pub fn flatten(&mut self, input: &Value) -> Value {
        self.node("Flatten", &[input], vec![integer("axis", 1)])
    }

    /// Layer normalisation along the last axis.
    pub fn layer_norm(&mut self, name: &str, norm: &Scale, epsilon: f64, input: &Value) -> Value {
        let gamma = self.floats(&format!("{name}.gamma"), &norm.factor);
        let beta = self.floats(&format!("{name}.beta"), &norm.shift);
        let attributes = vec![integer("axis", -1), float("epsilon", epsilon as f32)];
        self.node("LayerNormalization", &[input, &gamma, &beta], attributes)
    }

    /// Another shape of the same values; 0 = as it was there, -1 = what remains.
    pub fn reshape(&mut self, input: &Value, shape: &[i64]) -> Value {
        let shape = self.integers(shape);
        self.node("Reshape", &[input, &shape], vec![])
    }

    /// The axes in this order.
    pub fn transpose(&mut self, input: &Value, order: &[usize]) -> Value {
        self.node("Transpose", &[input], vec![integers("perm", order)])
    }

    /// Puts axes of size 1 in these places.
    pub fn unsqueeze(&mut self, input: &Value, axes: &[i64]) -> Value {
        let axes = self.integers(axes);
        self.node("Unsqueeze", &[input, &axes], vec![])
    }

    /// Takes out these axes of size 1.
    pub fn squeeze(&mut self, input: &Value, axes: &[i64]) -> Value {
        let axes = self.integers(axes);
        self.node("Squeeze", &[input, &axes], vec![])
    }

    /// One beside the other along an axis.
    pub fn concatenate(&mut self, parts: &[&Value], axis: i64) -> Value {
        self.node("Concat", parts, vec![integer("axis", axis)])
    }

    /// Cuts an axis into parts of these sizes.
    pub fn split<const N: usize>(&mut self, input: &Value, axis: i64, sizes: [usize; N]) -> [Value; N] {
        let sizes = self.integers(&sizes.map(|size| size as i64));
        self.nodes("Split", &[input, &sizes], vec![integer("axis", axis)])
    }

    /// The values, but `filler` where `mask` holds, broadcast.
    pub fn fill(&mut self, input: &Value, mask: &Value, filler: f32) -> Value {
        let filler = self.scalar(filler);
        self.node("Where", &[mask, &filler, input], vec![])
    }

    /// Rows of a table by their numbers.
    pub fn rows(&mut self, table: &Value, numbers: &Value) -> Value {
        self.node("Gather", &[table, numbers], vec![integer("axis", 0)])
    }

    /// The first `count` (`[1]`, integer) rows of a table.
    pub fn first_rows(&mut self, table: &Value, count: &Value) -> Value {
        let zero = self.integers(&[0]);
        self.node("Slice", &[table, &zero, count, &zero], vec![])
    }

    /// The first part of an axis, which goes: `[A, B, C]` to `[A, C]`.
    pub fn first_of_second_axis(&mut self, input: &Value) -> Value {
        let zero = self.small_integer(0);
        self.node("Gather", &[input, &zero], vec![integer("axis", 1)])
    }

    /// `[A, B, C]` to `[A, length, C]`, `filler` behind what is there.
    pub fn lengthen_second_axis(&mut self, input: &Value, length: usize, filler: f32) -> Value {
        let (length, there) = (self.integers(&[length as i64]), self.size(input, 1));
        let missing = self.node("Sub", &[&length, &there], vec![]);
        let zeros = [self.integers(&[0, 0, 0, 0]), self.integers(&[0])];
        let padding = self.concatenate(&[&zeros[0], &missing, &zeros[1]], 0);
        let filler = self.scalar(filler);
        self.node("Pad", &[input, &padding, &filler], vec![])
    }

    /// Sum along one axis, which goes.
    pub fn sum(&mut self, input: &Value, axis: i64) -> Value {
        let axis = self.integers(&[axis]);
        self.node("ReduceSum", &[input, &axis], vec![integer("keepdims", 0)])
    }

    /// What lies between 0 and 1 with these log-odds.
    pub fn sigmoid(&mut self, input: &Value) -> Value {
        self.node("Sigmoid", &[input], vec![])
    }

    /// Size of one axis, `[1]`, integer.
    pub fn size(&mut self, input: &Value, axis: usize) -> Value {
        self.node("Shape", &[input], vec![integer("start", axis as i64), integer("end", axis as i64 + 1)])
    }

    /// A tensor of the other's shape that holds one value everywhere.
    pub fn full_like(&mut self, input: &Value, value: f32) -> Value {
        let shape = self.node("Shape", &[input], vec![]);
        let tensor = TensorProto {
            dims: vec![1],
            data_type: Some(Element::Float as i32),
            name: Some("value".to_owned()),
            raw_data: Some(value.to_le_bytes().to_vec()),
        };
        let value = AttributeProto { t: Some(tensor), ..attribute("value", 4) };
        self.node("ConstantOfShape", &[&shape], vec![value])
    }

    /// How many of each row are not masked: boolean `[A, B]` to 32-bit integer `[A]`.
    pub fn count_unmasked(&mut self, mask: &Value) -> Value {
        let real = self.node("Not", &[mask], vec![]);
        let ones = self.node("Cast", &[&real], vec![integer("to", Element::Int32 as i64)]);
        let axis = self.integers(&[1]);
        self.node("ReduceSum", &[&ones, &axis], vec![integer("keepdims", 0)])
    }

    /// The last states of a GRU whose reset gate stands after the product: steps `[T, N, input]` to `[1, N, width]`.
    /// `lengths`: steps of each row, 32-bit integer `[N]`; `None` = all.
    pub(super) fn last_state(&mut self, recurrence: &Recurrence, steps: &Value, lengths: Option<&Value>) -> Value {
        let Recurrence { input, hidden, bias, width } = recurrence;
        let absent = Value::absent();
        let inputs = [steps, input, hidden, bias, lengths.unwrap_or(&absent)];
        let attributes = vec![integer("hidden_size", *width as i64), integer("linear_before_reset", 1)];
        let [_, last] = self.nodes("GRU", &inputs, attributes);
        last
    }
}
