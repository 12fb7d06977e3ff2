//! Builds a graph: inputs, constants, nodes, outputs. [`super::operations`] has the operators.

use super::proto::{
    AttributeProto, DimensionProto, Element, GraphProto, NodeProto, TensorProto, TensorShapeProto, TensorTypeProto,
    TypeProto, ValueInfoProto,
};
use crate::weights::Stored;
use std::collections::HashMap;

/// A tensor in a graph: an input, a constant or a node's output.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Value(String);

impl Value {
    /// An optional input that is not given.
    pub(super) fn absent() -> Self {
        Self(String::new())
    }
}

/// Size of an axis.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Axis {
    /// Always this.
    Fixed(usize),
    /// Known when the model is run; equal names are equal sizes.
    Named(&'static str),
}

/// A graph in the making.
#[derive(Debug, Default)]
pub struct Graph {
    proto: GraphProto,
    /// How often each operator was used: numbers the names.
    used: HashMap<&'static str, usize>,
}

impl Graph {
    /// An empty graph.
    pub fn new(name: &str) -> Self {
        Self { proto: GraphProto { name: Some(name.to_owned()), ..GraphProto::default() }, used: HashMap::new() }
    }

    /// Declares an input.
    pub fn input(&mut self, name: &str, element: Element, shape: &[Axis], meaning: &str) -> Value {
        self.proto.input.push(value_info(name, element, shape, meaning));
        Value(name.to_owned())
    }

    /// Declares what a node computed as an output under this name.
    ///
    /// # Panics
    /// If `value` is no node's output, or is an output already (programmer error).
    pub fn output(&mut self, value: &Value, name: &str, shape: &[Axis], meaning: &str) {
        let names = self.proto.node.iter_mut().flat_map(|node| node.output.iter_mut().chain(&mut node.input));
        let mut renamed = 0;
        for old in names.filter(|old| **old == value.0) {
            name.clone_into(old);
            renamed += 1;
        }
        assert!(renamed > 0, "output `{name}` must be computed by a node and be the only output of its value");
        self.proto.output.push(value_info(name, Element::Float, shape, meaning));
    }

    /// A constant of floats. Layers that are used twice name theirs twice; it is stored once.
    ///
    /// # Panics
    /// If the name was used for other values (programmer error).
    pub fn floats(&mut self, name: &str, tensor: &Stored) -> Value {
        let bytes: Vec<u8> = tensor.values.iter().flat_map(|value| value.to_le_bytes()).collect();
        if let Some(there) = self.constant_of(name) {
            assert!(there.raw_data.as_ref() == Some(&bytes), "constant `{name}` is there already with other values");
            return Value(name.to_owned());
        }
        self.constant(name.to_owned(), Element::Float, &tensor.shape, bytes)
    }

    /// A constant float without axes; equal ones are stored once.
    pub fn scalar(&mut self, value: f32) -> Value {
        let name = format!("scalar_{value:e}");
        if self.constant_of(&name).is_some() {
            return Value(name);
        }
        self.constant(name, Element::Float, &[], value.to_le_bytes().to_vec())
    }

    /// A constant vector of integers: a shape, axes, sizes; equal ones are stored once.
    pub fn integers(&mut self, values: &[i64]) -> Value {
        let numbers: Vec<String> = values.iter().map(i64::to_string).collect();
        let name = format!("integers_{}", numbers.join("_"));
        if self.constant_of(&name).is_some() {
            return Value(name);
        }
        let bytes = values.iter().flat_map(|value| value.to_le_bytes()).collect();
        self.constant(name, Element::Int64, &[values.len()], bytes)
    }

    /// A constant 32-bit integer without axes; equal ones are stored once.
    pub fn small_integer(&mut self, value: i32) -> Value {
        let name = format!("small_integer_{value}");
        if self.constant_of(&name).is_some() {
            return Value(name);
        }
        self.constant(name, Element::Int32, &[], value.to_le_bytes().to_vec())
    }

    /// Adds a node with one output.
    pub(super) fn node(&mut self, operator: &'static str, inputs: &[&Value], attributes: Vec<AttributeProto>) -> Value {
        let [output] = self.nodes(operator, inputs, attributes);
        output
    }

    /// Adds a node with several outputs.
    pub(super) fn nodes<const N: usize>(
        &mut self,
        operator: &'static str,
        inputs: &[&Value],
        attributes: Vec<AttributeProto>,
    ) -> [Value; N] {
        let number = self.used.entry(operator).or_default();
        let name = format!("{operator}_{number}");
        *number += 1;
        let outputs = std::array::from_fn(|place| Value(format!("{name}_output_{place}")));
        self.proto.node.push(NodeProto {
            input: inputs.iter().map(|value| value.0.clone()).collect(),
            output: outputs.iter().map(|value: &Value| value.0.clone()).collect(),
            name: Some(name),
            op_type: Some(operator.to_owned()),
            attribute: attributes,
        });
        outputs
    }

    /// The graph as it is written.
    pub fn finish(self) -> GraphProto {
        self.proto
    }

    fn constant_of(&self, name: &str) -> Option<&TensorProto> {
        self.proto.initializer.iter().find(|constant| constant.name.as_deref() == Some(name))
    }

    fn constant(&mut self, name: String, element: Element, shape: &[usize], bytes: Vec<u8>) -> Value {
        self.proto.initializer.push(TensorProto {
            dims: shape.iter().map(|&size| size as i64).collect(),
            data_type: Some(element as i32),
            name: Some(name.clone()),
            raw_data: Some(bytes),
        });
        Value(name)
    }
}

fn value_info(name: &str, element: Element, shape: &[Axis], meaning: &str) -> ValueInfoProto {
    let axis = |axis: &Axis| match *axis {
        Axis::Fixed(size) => DimensionProto { dim_value: Some(size as i64), dim_param: None },
        Axis::Named(name) => DimensionProto { dim_value: None, dim_param: Some(name.to_owned()) },
    };
    let shape = TensorShapeProto { dim: shape.iter().map(axis).collect() };
    let tensor_type = TensorTypeProto { elem_type: Some(element as i32), shape: Some(shape) };
    ValueInfoProto {
        name: Some(name.to_owned()),
        r#type: Some(TypeProto { tensor_type: Some(tensor_type) }),
        doc_string: Some(meaning.to_owned()),
    }
}
