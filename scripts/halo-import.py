#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Makes a network of halo from an ONNX model: a header with its type, a file with its weights.

    halo-import model.onnx --out gas        writes gas.hpp and gas.safetensors

gas.hpp has the type gas::network; gas.safetensors is read by
adapt::load_parameters<gas::network>("gas.safetensors"). Images are [height, width, channels] and
sequences [steps, channels] in halo: weights are turned, the header's comment says how the inputs
lie. What halo has no layer for is told in one sentence with its place.

Needs python3-onnx and python3-numpy.
"""

import argparse
import collections
import fractions
import hashlib
import json
import os
import pathlib
import struct
import sys

try:
    import numpy as np
    import onnx
    import onnx.numpy_helper
except ImportError as missing:
    print(f"halo-import: needs python3-onnx and python3-numpy ({missing})", file=sys.stderr)
    sys.exit(77)

FREE = (97, 101)  # examples where a model leaves their number open: what is right for one number
# but not for the other has a size like it by chance
MOST_LAYERS = 128  # with parameters: as many as a layer_mask has
LINE = 100
TAKEN = frozenset("""alignas alignof and and_eq asm auto bitand bitor bool break case catch char
char8_t char16_t char32_t class co_await co_return co_yield compl concept const const_cast consteval
constexpr constinit continue decltype default delete do double dynamic_cast else enum explicit
export extern false float for friend goto halo if inline int long mutable namespace new noexcept not
not_eq nullptr operator or or_eq private protected public register reinterpret_cast requires return
short signed sizeof static static_assert static_cast std struct switch template this thread_local
throw true try typedef typeid typename union unsigned using virtual void volatile wchar_t while xor
xor_eq""".split())  # words of C++, and namespaces that others have
VIEWS = ("nn::flatten", "nn::reshape")


# What Python says of a model that lacks an attribute or has numbers of another shape or type.
BROKEN = (ArithmeticError, AttributeError, LookupError, MemoryError, TypeError, ValueError)


class Refused(Exception):
    """One sentence about what cannot be imported."""


# What becomes of the model: layers, one behind the other.

Layer = collections.namedtuple("Layer", "text tensors elementwise recurrent shape make")
Layer.__doc__ = """A layer of halo: its type, its tensors by name, the shape that it gives.

recurrent is its text where only the last state is wanted, for one that gives all; make, for one
without a bias, gives it again with a bias."""
Residual = collections.namedtuple("Residual", "side main shape")

Trail = collections.namedtuple("Trail", "before layer shape")
Trail.__doc__ = "Layers up to here: those before, the last one, and the shape of an example."


class Value:
    """An activation: where each of its numbers lies in halo's output of the layers before.

    index has the model's shape with one example, axis `batch` is that of the examples.
    """

    def __init__(self, trail, index, batch, last=None, zeros=None):
        self.trail, self.index, self.batch = trail, index, batch
        self.last = last  # the operator that must be the last one, if one of these came before
        self.zeros = zeros  # those that a Pad puts around, as pads of the Conv behind it

    def with_index(self, index, batch):
        return Value(self.trail, index, batch, self.last)


def layer(text, shape, tensors=(), elementwise=False, recurrent=None, make=None):
    return Layer(text, list(tensors), elementwise, recurrent, tuple(shape), make)


def behind(trail, new):
    return Trail(trail, new, new.shape)


def items_between(start, end):
    items = []
    while end is not start:
        items.append(end.layer)
        end = end.before
    return items[::-1]


def fork_of(a, b):
    """Where two trails part."""
    seen = set()
    while a is not None:
        seen.add(id(a))
        a = a.before
    while id(b) not in seen:
        b = b.before
    return b


def size_of(shape):
    size = 1
    for n in shape:
        size *= n
    return size


def arguments(name, given):
    """A template's arguments, those at the end left out that are what they are by themselves."""
    while given and given[-1][0] == given[-1][1]:
        given = given[:-1]
    return f"nn::{name}<{', '.join(value for value, _ in given)}>"


def window(height, width):
    return str(height) if height == width else f"nn::window{{{height}, {width}}}"


def fraction(value):
    """A float32 as its shortest decimal number."""
    return fractions.Fraction(str(np.float32(value)))


class Importer:
    """Walks through the nodes of a model in their order."""

    def __init__(self, model, output, shape, batch, channels_first):
        self.graph = model.graph
        self.opset = max([o.version for o in model.opset_import if o.domain in ("", "ai.onnx")],
                         default=1)
        self.constants = {t.name: onnx.numpy_helper.to_array(t) for t in self.graph.initializer}
        self.values = {}
        self.batch_size = shape[batch]
        self.output = output
        self.nodes = self.needed()
        self.number, self.node = 0, None
        self.notes = []
        extents = list(shape[:batch]) + list(shape[batch + 1:])
        order = list(range(len(extents)))
        if channels_first:
            order = order[1:] + order[:1]
        own = tuple(extents[i] for i in order)
        index = np.arange(size_of(own)).reshape(own).transpose(np.argsort(order))
        self.start = Trail(None, None, own)
        self.values[self.input_name()] = Value(self.start, np.expand_dims(index, batch), batch)

    def input_name(self):
        return [i.name for i in self.graph.input if i.name not in self.constants][0]

    def needed(self):
        """The nodes that the output depends on."""
        wanted, nodes = {self.output}, []
        for number, node in reversed(list(enumerate(self.graph.node))):
            if wanted.intersection(node.output):
                wanted.update(name for name in node.input if name)
                nodes.append((number, node))
        return nodes[::-1]

    def run(self):
        for self.number, self.node in self.nodes:
            try:
                self.step()
            except BROKEN as e:
                self.refuse(f"it is not as ONNX describes it ({e})")
        self.node = None
        if self.output not in self.values:
            raise Refused(f"output '{self.output}' does not depend on the input")
        if self.values[self.output].zeros:
            raise Refused(f"output '{self.output}': a Pad is supported in front of Conv only")
        return self.values[self.output]

    # What is said where something does not fit.

    def refuse(self, why):
        raise Refused(f"{self.place()}: {why}")

    def place(self):
        name = self.node.name or (self.node.output[0] if self.node.output else "")
        return f"node {self.number} '{name}', {self.node.op_type}"

    # What a node has.

    def attribute(self, name, default=None):
        for a in self.node.attribute:
            if a.name == name:
                value = onnx.helper.get_attribute_value(a)
                return value.decode() if isinstance(value, bytes) else value
        return default

    def has_input(self, i):
        return i < len(self.node.input) and self.node.input[i] != ""

    def constant(self, i, what):
        """Input i, which must not depend on the model's input; None where there is none."""
        if not self.has_input(i):
            return None
        if self.node.input[i] not in self.constants:
            self.refuse(f"{what} that the model's input decides is not supported")
        return self.constants[self.node.input[i]]

    def floats(self, i, what):
        value = self.constant(i, what)
        if value is None:
            return None
        with np.errstate(over="ignore"):  # of a double
            value = np.asarray(value, dtype=np.float32)
        return self.finite(value, what)

    def finite(self, value, what):
        if value.size == 0:
            self.refuse(f"{what} without numbers")
        if not np.isfinite(value).all():
            self.refuse(f"{what} with NaN or infinity")
        return value

    def vector(self, i, what, size):
        """Input i with a number for each channel; None where there is none."""
        value = self.floats(i, what)
        if value is not None and value.shape != (size,):
            self.refuse(f"{what} of {list(value.shape)} for {size} channels")
        return value

    def steps_of(self, name, rank):
        """An attribute that has a number from 1 for each axis."""
        given = list(self.attribute(name, [1] * rank))
        if len(given) != rank or min(given) < 1:
            self.refuse(f"{name} {given} for {rank} axes")
        return given

    def ratio(self, part, what):
        if max(abs(part.numerator), part.denominator) >= 2 ** 63:
            self.refuse(f"{what} {float(part):g} does not fit into a std::ratio")
        return f"std::ratio<{part.numerator}, {part.denominator}>"

    def value(self, i=0, zeros=False):
        name = self.node.input[i]
        if name not in self.values:
            self.refuse(f"input '{name}' is a constant, where halo has a layer's output")
        value = self.values[name]
        if value.last:
            self.refuse(f"behind {value.last}, which is supported as the last operator only")
        if value.zeros and not zeros:
            self.refuse("behind a Pad, which is supported in front of Conv only")
        return value

    def axis(self, axis, rank):
        if not -rank <= axis < rank:
            self.refuse(f"axis {axis} of {rank}")
        return axis % rank

    def axes(self, rank):
        """Of an operator that has them as an attribute or, later, as its second input."""
        axes = self.attribute("axes")
        if axes is None:
            axes = self.constant(1, "axes")
        return None if axes is None else [self.axis(int(a), rank) for a in np.ravel(axes)]

    def step(self):
        inputs = [name for name in self.node.input if name]
        for name in inputs:
            if name not in self.constants and name not in self.values:
                self.refuse(f"input '{name}' is made nowhere")
        kind = self.node.op_type
        if self.node.domain not in ("", "ai.onnx"):
            self.refuse(f"halo has no layer for operators of '{self.node.domain}'")
        if kind == "Shape":
            return self.shape_of()
        if all(name in self.constants for name in inputs):
            return self.fold()
        do = getattr(self, "do_" + kind, None)
        if do is None:
            self.refuse("halo has no layer for this operator")
        for name in self.node.output[1:]:
            if name and kind in ("MaxPool", "Dropout", "BatchNormalization"):
                self.not_used(name)
        return do()

    def not_used(self, name):
        for _, node in self.nodes:
            if name in node.input:
                self.refuse(f"only its first output is supported, and '{name}' is used")

    def put(self, value, i=0):
        self.values[self.node.output[i]] = value

    # Constants: what exporters compute of shapes.

    def shape_of(self):
        name = self.node.input[0]
        if name in self.constants:
            shape = list(self.constants[name].shape)
        else:
            value = self.values[name]
            shape = list(value.index.shape)
            shape[value.batch] = self.batch_size
        start, end = self.attribute("start", 0), self.attribute("end", len(shape))
        self.constants[self.node.output[0]] = np.array(shape[start:end], dtype=np.int64)

    def fold(self):
        x = [self.constants[name] if name else None for name in self.node.input]
        kind = self.node.op_type
        if kind == "Constant":
            self.constants[self.node.output[0]] = self.constant_value()
            return
        do = FOLDS.get(kind)
        if do is None:
            self.refuse("of constants alone is not supported")
        try:
            self.constants[self.node.output[0]] = do(self, *x)
        except (ValueError, IndexError, TypeError) as e:
            self.refuse(f"of constants cannot be computed ({e})")

    def constant_value(self):
        for name in ("value", "value_float", "value_floats", "value_int", "value_ints"):
            value = self.attribute(name)
            if value is not None:
                if name == "value":
                    return onnx.numpy_helper.to_array(value)
                return np.array(value, dtype=np.float32 if "float" in name else np.int64)
        return self.refuse("neither a tensor nor numbers")

    # Other views of the same numbers.

    def do_Identity(self):
        self.put(self.values[self.node.input[0]])

    def do_Dropout(self):
        self.put(self.value())

    def do_Cast(self):
        kinds = onnx.TensorProto
        if self.attribute("to") not in (kinds.FLOAT, kinds.DOUBLE, kinds.FLOAT16):
            self.refuse("to a type that is no float")
        self.put(self.values[self.node.input[0]])

    def do_Transpose(self):
        value = self.value()
        order = list(self.attribute("perm", list(range(value.index.ndim))[::-1]))
        self.put(value.with_index(value.index.transpose(order), order.index(value.batch)))

    def do_Reshape(self):
        value, target = self.value(), self.constant(1, "a shape")
        shape = list(value.index.shape)
        shape[value.batch] = self.batch_size
        keep = self.attribute("allowzero", 0)
        wanted = [shape[i] if n == 0 and not keep else int(n) for i, n in enumerate(target)]
        if wanted.count(-1) == 1:
            rest = size_of(n for n in wanted if n != -1)
            wanted[wanted.index(-1)] = size_of(shape) // max(rest, 1)
        self.reshape(value, shape, wanted)

    def do_Flatten(self):
        value = self.value()
        axis = self.attribute("axis", 1)
        shape = list(value.index.shape)
        shape[value.batch] = self.batch_size
        axis = axis % len(shape) if axis != len(shape) else axis
        self.reshape(value, shape, [size_of(shape[:axis]), size_of(shape[axis:])])

    def reshape(self, value, shape, wanted):
        """The examples stay on an axis of their own."""
        before = size_of(shape[: value.batch])
        places = [i for i, n in enumerate(wanted)
                  if n == self.batch_size and size_of(wanted[:i]) == before]
        if size_of(wanted) != size_of(shape) or not places:
            self.refuse(f"from {shape} to {wanted} mixes examples (of which there are "
                        f"{self.batch_size} here)")
        wanted[places[0]] = 1
        self.put(value.with_index(value.index.reshape(wanted), places[0]))

    def do_Squeeze(self):
        value = self.value()
        axes = self.axes(value.index.ndim)
        if axes is None:
            axes = [i for i, n in enumerate(value.index.shape) if n == 1 and i != value.batch]
        if value.batch in axes:
            self.refuse("of the axis of the examples")
        batch = value.batch - sum(a < value.batch for a in axes)
        self.put(value.with_index(value.index.squeeze(tuple(axes)), batch))

    def do_Unsqueeze(self):
        value = self.value()
        axes = sorted(self.axes(value.index.ndim + len(np.ravel(
            self.attribute("axes") or self.constant(1, "axes")))))
        index, batch = value.index, value.batch
        for a in axes:
            index = np.expand_dims(index, a)
            batch += a <= batch
        self.put(value.with_index(index, batch))

    def do_Pad(self):
        value, fill = self.value(), self.attribute("value", 0.0)
        given = self.attribute("pads")
        if given is None:
            given = [int(n) for n in self.constant(1, "a number of zeros")]
            fill = self.constant(2, "a number")
        rank = value.index.ndim
        if self.has_input(3):
            some = [self.axis(int(a), rank) for a in self.constant(3, "an axis")]
            zeros = dict(zip(some + [a + rank for a in some], given))
            given = [zeros.get(i, 0) for i in range(2 * rank)]
        spatial = given[2:rank] + given[rank + 2:]
        if self.attribute("mode", "constant") != "constant" or (fill is not None and np.any(fill)):
            self.refuse("with something else than zeros is not supported")
        if len(given) != 2 * rank or min(given) < 0 or sum(given) != sum(spatial):
            self.refuse("of examples or channels, or of less than nothing, is not supported")
        self.put(Value(value.trail, value.index, value.batch, zeros=list(spatial)))

    def do_Gather(self):
        value, which = self.value(), self.constant(1, "an index")
        axis = self.axis(self.attribute("axis", 0), value.index.ndim)
        if axis == value.batch or which.ndim > 1:
            self.refuse("of examples, or by a table, is not supported")
        index = np.take(value.index, which, axis)
        batch = value.batch - (which.ndim == 0 and axis < value.batch)
        self.put(self.settled(value.with_index(index, batch)))

    def do_Slice(self):
        value = self.value()
        rank = value.index.ndim
        starts = self.attribute("starts")
        if starts is None:
            starts, ends = self.constant(1, "a start"), self.constant(2, "an end")
            axes, steps = self.constant(3, "an axis"), self.constant(4, "a step")
        else:
            ends, axes, steps = self.attribute("ends"), self.attribute("axes"), None
        axes = range(len(starts)) if axes is None else axes
        steps = [1] * len(starts) if steps is None else steps
        cut = [slice(None)] * rank
        for start, end, axis, by in zip(starts, ends, axes, steps):
            cut[self.axis(int(axis), rank)] = slice(int(start), int(end) if int(end) >= 0 or by > 0
                                                    else None, int(by))
        if cut[value.batch] != slice(None):
            whole = range(self.batch_size)[cut[value.batch]]
            if whole != range(self.batch_size):
                self.refuse("of examples is not supported")
            cut[value.batch] = slice(None)
        self.put(self.settled(value.with_index(value.index[tuple(cut)], value.batch)))

    def settled(self, value):
        """Numbers some of which were left out: those of a recurrent layer's last step are its
        output where it gives one state."""
        if value.index.size == size_of(value.trail.shape):
            return value
        over, trail = [], value.trail
        while isinstance(trail.layer, Layer) and trail.layer.elementwise:
            over.append(trail.layer)
            trail = trail.before
        if isinstance(trail.layer, Layer) and trail.layer.recurrent:
            steps, units = trail.layer.shape
            last = np.arange((steps - 1) * units, steps * units)
            if np.array_equal(np.sort(value.index, axis=None), last):
                new = trail.layer._replace(text=trail.layer.recurrent, shape=(units,),
                                           recurrent=None)
                to = behind(trail.before, new)
                for item in over[::-1]:
                    to = behind(to, item._replace(shape=(units,)))
                return Value(to, value.index - last[0], value.batch)
        return self.refuse("only the last step of a recurrent layer can be taken out")

    # Layers.

    def laid(self, value, axes, shape, what):
        """The trail to a layer whose input has a shape, its axes being those of the model."""
        order = [a for a in axes if a != value.batch]
        index = value.index.transpose([value.batch] + order).reshape(shape)
        if not np.array_equal(index, np.arange(size_of(shape)).reshape(shape)):
            self.refuse(f"its {what} would have to be turned, for which halo has no layer")
        return self.shaped(value.trail, shape)

    @staticmethod
    def shaped(trail, shape):
        if isinstance(trail.layer, Layer) and trail.layer.text.startswith(VIEWS):
            trail = trail.before
        if trail.shape == tuple(shape):
            return trail
        if len(shape) == 1:
            return behind(trail, layer("nn::flatten", shape))
        text = f"nn::reshape<{', '.join(map(str, shape))}>"
        return behind(trail, layer(text, shape))

    def examples_first(self, value, ranks, what):
        if value.batch != 0 or value.index.ndim not in ranks:
            shape = ["N" if i == value.batch else n for i, n in enumerate(value.index.shape)]
            self.refuse(f"{what} of shape {shape} is not supported")

    def elementwise(self, text):
        value = self.value()
        new = layer(text, value.trail.shape, elementwise=True)
        self.put(Value(behind(value.trail, new), value.index, value.batch))

    def do_Relu(self):
        self.elementwise("nn::relu")

    def do_Sigmoid(self):
        self.elementwise("nn::sigmoid")

    def do_Tanh(self):
        self.elementwise("nn::tanh")

    def do_Softplus(self):
        self.elementwise("nn::softplus")

    def do_Elu(self):
        if self.attribute("alpha", 1.0) != 1:
            self.refuse("alpha other than 1 is not supported")
        self.elementwise("nn::elu")

    def do_Gelu(self):
        if self.attribute("approximate", "none") != "tanh":
            self.refuse("approximate other than 'tanh' is not supported")
        self.elementwise("nn::gelu")

    def do_LeakyRelu(self):
        slope = fraction(self.attribute("alpha", 0.01))
        if slope == 0:
            return self.elementwise("nn::relu")
        if slope < 0:
            self.refuse("alpha below 0 is not supported")
        slope = self.ratio(slope, "alpha")
        usual = slope == "std::ratio<1, 100>"
        return self.elementwise("nn::leaky_relu" if usual else f"nn::basic_leaky_relu<{slope}>")

    def do_Softmax(self):
        value = self.value()
        axis = self.attribute("axis", -1 if self.opset >= 13 else 1)
        if value.index.ndim != 2 or self.axis(axis, 2) == value.batch:
            self.refuse("over something else than the classes of an example")
        name = self.node.op_type
        self.notes.append(f"The model's {name} is left out: nn::cross_entropy has its own.")
        self.put(Value(value.trail, value.index, value.batch, last=self.place()))

    do_LogSoftmax = do_Softmax

    def do_Gemm(self):
        if self.attribute("transA", 0):
            self.refuse("transA is not supported")
        weight, bias = self.floats(1, "a weight"), self.floats(2, "a bias")
        if weight.ndim != 2:
            self.refuse(f"a weight of {weight.ndim} axes")
        weight = weight.T if self.attribute("transB", 0) else weight
        with np.errstate(over="ignore"):
            weight = self.finite(weight * np.float32(self.attribute("alpha", 1.0)), "a weight")
            if bias is not None:
                bias = self.finite(bias * np.float32(self.attribute("beta", 1.0)), "a bias")
        if bias is not None:
            bias = np.broadcast_to(bias, (1, weight.shape[1])).reshape(-1)
        self.linear(weight, bias)

    def do_MatMul(self):
        weight = self.floats(1, "a weight")
        if weight.ndim != 2:
            self.refuse(f"by a tensor of {weight.ndim} axes is not supported")
        self.linear(weight, None)

    def linear(self, weight, bias):
        value = self.value()
        self.examples_first(value, (2, 3, 4), "an input")
        inputs, outputs = weight.shape
        if value.index.shape[-1] != inputs:
            self.refuse(f"{inputs} inputs expected, {value.index.shape[-1]} found")
        if value.index.ndim == 2:
            trail = self.shaped(value.trail, (inputs,))
            turned = np.empty_like(weight)
            turned[value.index[0]] = weight
            name, shape, given = "linear", (outputs,), [str(inputs), str(outputs)]
        else:
            shape = value.index.shape[1:]
            trail = self.laid(value, range(value.index.ndim), shape, "input")
            turned = weight.reshape((1,) * (len(shape) - 1) + weight.shape)
            name, shape, given = f"conv{len(shape) - 1}d", shape[:-1] + (outputs,), None

        def make(b):
            if given:
                text = arguments(name, [(g, None) for g in given] + [(has(b), "true")])
            else:
                text = convolution(name, outputs, "1", bias=has(b))
            tensors = [("weight", turned)] + ([] if b is None else [("bias", b)])
            return layer(text, shape, tensors, make=make if b is None else None)

        index = np.arange(size_of(shape)).reshape((1,) + shape)
        self.put(Value(behind(trail, make(bias)), index, 0))

    def do_Add(self):
        known = [name in self.constants for name in self.node.input]
        if any(known):
            return self.add_bias(self.value(known.index(False)),
                                 self.floats(known.index(True), "a bias"))
        return self.add_residual(self.value(0), self.value(1))

    def add_bias(self, value, bias):
        item = value.trail.layer
        if not isinstance(item, Layer) or item.make is None:
            self.refuse("of a constant is supported behind MatMul, Gemm and Conv without bias only")
        try:
            bias = np.broadcast_to(bias, value.index.shape)
        except ValueError:
            self.refuse(f"of {list(bias.shape)} to {list(value.index.shape)}")
        own = np.empty(value.index.size, dtype=np.float32)
        own[value.index.reshape(-1)] = bias.reshape(-1)
        own = own.reshape(-1, item.shape[-1])
        if not (own == own[:1]).all():
            self.refuse("of a constant that is not one number a channel is not supported")
        self.put(Value(behind(value.trail.before, item.make(own[0].copy())), value.index,
                       value.batch))

    def add_residual(self, a, b):
        if a.index.shape != b.index.shape or a.batch != b.batch:
            self.refuse(f"of {list(a.index.shape)} and {list(b.index.shape)}: both need one shape")
        fork = fork_of(a.trail, b.trail)
        sides = []
        for value in (a, b):
            trail = value.trail
            if trail.shape != a.trail.shape and len(a.trail.shape) > 0:
                trail = self.shaped(trail, a.trail.shape)
            sides.append(items_between(fork, trail))
        if not np.array_equal(a.index, b.index):
            self.refuse("of two that lie in another order in halo is not supported")
        side, main = sorted(sides, key=len)
        if not main:
            self.refuse("of a value to itself is not supported")
        new = Residual(side, main, a.trail.shape)
        self.put(Value(Trail(fork, new, a.trail.shape), a.index, a.batch))

    def do_BatchNormalization(self):
        value = self.value()
        self.examples_first(value, (2, 3, 4), "an input")
        shape, channels = value.index.shape[2:] + value.index.shape[1:2], value.index.shape[1]
        names = ("a gain", "a bias", "a mean", "a variance")
        gain, bias, mean, variance = (self.vector(i + 1, n, channels) for i, n in enumerate(names))
        if variance.min() < 0:
            self.refuse("a negative variance")
        vectors = [("gain", gain), ("bias", bias), ("mean", mean), ("variance", variance)]
        if value.index.ndim == 2:  # perhaps an image that was flattened
            trail, order = self.shaped(value.trail, (channels,)), np.argsort(value.index[0])
            vectors = [(name, v[order]) for name, v in vectors]
            index = value.index
        else:
            axes = [0] + list(range(2, value.index.ndim)) + [1]
            trail, index = self.laid(value, axes, shape, "channels"), value.index
        epsilon = self.attribute("epsilon", 1e-5)
        if not epsilon > 0:
            self.refuse("epsilon of 0 is not supported")
        kept = fraction(self.attribute("momentum", 0.9))
        if not 0 <= kept < 1:
            kept = fractions.Fraction(9, 10)  # statistics that did not move; those here do
        note = "The model's norms are in training mode: here they answer by running statistics."
        if self.attribute("training_mode", 0) and note not in self.notes:
            self.notes.append(note)
        share = self.ratio(1 - kept, "1 - momentum")
        epsilon = self.ratio(fraction(epsilon), "epsilon")
        text = f"nn::basic_batch_norm<{share}, {epsilon}>"
        if (share, epsilon) == ("std::ratio<1, 10>", "std::ratio<1, 100000>"):
            text = "nn::batch_norm"
        self.put(Value(behind(trail, layer(text, trail.shape, vectors)), index, 0))

    # Windows.

    def paddings(self, extents, kernel, stride, dilation, zeros):
        """Zeros in front and outputs of each axis, as the model has them."""
        rank = len(extents)
        pads, auto = self.attribute("pads", [0] * 2 * rank), self.attribute("auto_pad", "NOTSET")
        if zeros and auto.startswith("SAME"):
            self.refuse("behind a Pad with padding of its own is not supported")
        pads = [a + b for a, b in zip(pads, zeros or [0] * 2 * rank)]
        ceiling, found = self.attribute("ceil_mode", 0), []
        for i in range(rank):
            reach = (kernel[i] - 1) * dilation[i] + 1
            low, high = pads[i], pads[rank + i]
            if auto in ("SAME_UPPER", "SAME_LOWER"):
                outputs = -(-extents[i] // stride[i])
                both = max((outputs - 1) * stride[i] + reach - extents[i], 0)
                low = both // 2 if auto == "SAME_UPPER" else both - both // 2
            else:
                room = extents[i] + low + high - reach
                if room < 0:
                    self.refuse("its window is larger than its padded input")
                outputs = (-(-room // stride[i]) if ceiling else room // stride[i]) + 1
                if ceiling and (outputs - 1) * stride[i] >= extents[i] + low:
                    outputs -= 1  # a window that would begin in the padding
            found.append((low, outputs))
        return found

    def padding(self, extents, kernel, stride, dilation, preferred, zeros=None):
        """halo's word for the model's padding, and the outputs of each axis."""
        wanted = self.paddings(extents, kernel, stride, dilation, zeros)
        for name in preferred:
            axes = [axis_of(name, *a) for a in zip(extents, kernel, stride, dilation)]
            if axes == wanted:
                return f"nn::padding::{name}", [outputs for _, outputs in wanted]
        pads = self.attribute("pads") or zeros or self.attribute("auto_pad", "NOTSET")
        ceiling = " with ceil_mode" if self.attribute("ceil_mode", 0) else ""
        return self.refuse(f"padding {pads}{ceiling} is neither same, valid nor symmetric")

    def do_Conv(self):
        value = self.value(zeros=True)
        weight = self.floats(1, "a weight")
        self.examples_first(value, (3, 4), "an input")
        extents, channels = list(value.index.shape[2:]), value.index.shape[1]
        groups, rank = self.attribute("group", 1), len(extents)
        outputs = weight.shape[0]
        if weight.ndim != rank + 2 or weight.shape[1] * groups != channels or outputs % groups:
            self.refuse(f"a weight of {list(weight.shape)} for {channels} channels in {groups} "
                        f"groups")
        bias, kernel = self.vector(2, "a bias", outputs), list(weight.shape[2:])
        if self.attribute("kernel_shape", kernel) != kernel:
            self.refuse(f"a weight of {list(weight.shape)} for a kernel of "
                        f"{self.attribute('kernel_shape')}")
        stride, dilation = self.steps_of("strides", rank), self.steps_of("dilations", rank)
        pad, places = self.padding(extents, kernel, stride, dilation,
                                   ("same", "valid", "symmetric"), value.zeros)
        trail = self.laid(value, [0] + list(range(2, rank + 2)) + [1], extents + [channels],
                          "channels")
        turned = np.ascontiguousarray(weight.transpose(list(range(2, rank + 2)) + [1, 0]))
        shape = places + [outputs]

        def make(b):
            wide = window if rank == 2 else lambda n: str(n)
            text = convolution(f"conv{rank}d", outputs, wide(*kernel), wide(*stride), pad,
                               str(groups), wide(*dilation), has(b))
            tensors = [("weight", turned)] + ([] if b is None else [("bias", b)])
            return layer(text, shape, tensors, make=make if b is None else None)

        self.put(channels_second(behind(trail, make(bias))))

    def pool(self, name):
        value = self.value()
        self.examples_first(value, (3, 4), "an input")
        extents, channels = list(value.index.shape[2:]), value.index.shape[1]
        rank = len(extents)
        kernel = list(self.attribute("kernel_shape"))
        if len(kernel) != rank or min(kernel) < 1:
            self.refuse(f"kernel_shape {kernel} for {rank} axes")
        stride = self.steps_of("strides", rank)
        if any(d != 1 for d in self.attribute("dilations", [1] * rank)):
            self.refuse("dilations are not supported")
        pad, places = self.padding(extents, kernel, stride, [1] * rank,
                                   ("valid", "same", "symmetric"))
        if name == "average_pool" and self.attribute("count_include_pad", 0):
            if any(self.attribute("pads", [])) or pad != "nn::padding::valid":
                self.refuse("count_include_pad with padding is not supported")
        trail = self.laid(value, [0] + list(range(2, rank + 2)) + [1], extents + [channels],
                          "channels")
        if rank == 1:  # an image of one row
            trail = self.shaped(trail, (1, extents[0], channels))
            kernel, stride, flat = [1] + kernel, [1] + stride, places + [channels]
            places = [1] + places
        text = arguments(name, [(window(*kernel), None), (window(*stride), window(*kernel)),
                                (pad, "nn::padding::valid")])
        trail = behind(trail, layer(text, places + [channels]))
        if rank == 1:
            trail = self.shaped(trail, flat)
        self.put(channels_second(trail))

    def do_MaxPool(self):
        self.pool("max_pool")

    def do_AveragePool(self):
        self.pool("average_pool")

    def do_GlobalAveragePool(self):
        value = self.value()
        self.examples_first(value, (3, 4), "an input")
        self.global_pool(value, list(range(2, value.index.ndim)), True)

    def do_ReduceMean(self):
        value = self.value()
        axes = self.axes(value.index.ndim)
        rest = [i for i in range(1, value.index.ndim) if i not in (axes or [])]
        self.examples_first(value, (3, 4), "an input")
        if not axes or 0 in axes or len(rest) != 1:
            self.refuse("over other axes than all but the channels' is not supported")
        self.global_pool(value, sorted(axes), bool(self.attribute("keepdims", 1)))

    def global_pool(self, value, axes, keep):
        channel = [i for i in range(1, value.index.ndim) if i not in axes][0]
        extents, channels = [value.index.shape[a] for a in axes], value.index.shape[channel]
        trail = self.laid(value, [0] + axes + [channel], extents + [channels], "channels")
        if len(extents) == 1:
            trail = self.shaped(trail, (1, extents[0], channels))
        trail = behind(trail, layer("nn::global_average_pool", (channels,)))
        shape = [1] * value.index.ndim if keep else [1, channels]
        shape[channel if keep else 1] = channels
        self.put(Value(trail, np.arange(channels).reshape(shape), 0))

    # Sequences.

    def do_LSTM(self):
        self.recurrent("lstm", 4, [0, 2, 3, 1], ["Sigmoid", "Tanh", "Tanh"])  # from i o f c

    def do_GRU(self):
        if not self.attribute("linear_before_reset", 0):
            self.refuse("linear_before_reset of 0 is not supported: halo resets behind the product")
        self.recurrent("gru", 3, [1, 0, 2], ["Sigmoid", "Tanh"])  # from z r h

    def recurrent(self, name, gates, order, functions):
        self.check_recurrent(functions)
        value, layout = self.value(), self.attribute("layout", 0)
        if value.index.ndim != 3 or value.batch != (0 if layout else 1):
            self.refuse("its input has the examples on another axis")
        steps = value.index.shape[1 if layout else 0]
        channels = value.index.shape[2]
        trail = self.laid(value, [value.batch, 1 if layout else 0, 2], [steps, channels], "steps")
        weight, again = self.floats(1, "a weight"), self.floats(2, "a weight")
        units = self.attribute("hidden_size", again.shape[2])
        if weight.shape != (1, gates * units, channels):
            self.refuse(f"a weight of {list(weight.shape)} for {channels} channels")
        if again.shape != (1, gates * units, units):
            self.refuse(f"a weight of {list(again.shape)} for {units} units")
        bias = self.floats(3, "a bias")
        if bias is not None and bias.shape != (1, 2 * gates * units):
            self.refuse(f"a bias of {list(bias.shape)} for {units} units")
        bias = np.zeros(2 * gates * units, np.float32) if bias is None else bias.reshape(-1)

        def turned(t):
            return np.concatenate([t[g * units: (g + 1) * units] for g in order])

        first, second = turned(bias[: gates * units]), turned(bias[gates * units:])
        tensors = [("weight", turned(weight[0]).T), ("recurrent", turned(again[0]).T)]
        if name == "gru":
            inner = second[2 * units:].copy()
            second[2 * units:] = 0
            tensors += [("bias", first + second), ("inner_bias", inner)]
        else:
            tensors += [("bias", first + second)]
        which = [i for i, output in enumerate(self.node.output) if output and self.is_used(output)]
        if which == [0]:
            new = layer(f"nn::{name}<{units}, nn::states::all>", (steps, units), tensors,
                        recurrent=f"nn::{name}<{units}>")
            index, shape = np.arange(steps * units), (steps, 1, 1, units)
            index = index.reshape((1, steps, 1, units) if layout else shape)
            self.put(Value(behind(trail, new), index, 0 if layout else 2))
        elif which == [1]:
            new = layer(f"nn::{name}<{units}>", (units,), tensors)
            index = np.arange(units).reshape(1, 1, units)
            self.put(Value(behind(trail, new), index, 0 if layout else 1), 1)
        else:
            self.refuse("either Y or Y_h may be used, not both and no Y_c")

    def is_used(self, name):
        return name == self.output or any(name in node.input for _, node in self.nodes)

    def check_recurrent(self, functions):
        if self.attribute("direction", "forward") != "forward":
            self.refuse(f"direction '{self.attribute('direction')}' is not supported")
        given = self.attribute("activations")
        if given and [a.decode() if isinstance(a, bytes) else a for a in given] != functions:
            self.refuse(f"activations other than {', '.join(functions)} are not supported")
        for name in ("clip", "input_forget", "activation_alpha", "activation_beta"):
            if self.attribute(name):
                self.refuse(f"{name} is not supported")
        names = {5: "an initial state", 6: "an initial state", 7: "a peephole"}
        for i, what in names.items():
            given = self.constant(i, what)
            if given is not None and np.any(given):
                self.refuse(f"{what} other than zeros is not supported")
        lengths = self.constant(4, "a length")
        steps = self.value().index.shape[1 if self.attribute("layout", 0) else 0]
        if lengths is not None and np.any(lengths != steps):
            self.refuse("sequences of different lengths are not supported")


def has(bias):
    return "false" if bias is None else "true"


def convolution(name, outputs, kernel, stride="1", pad="nn::padding::same", groups="1",
                dilation="1", bias="true"):
    return arguments(name, [(str(outputs), None), (kernel, None), (stride, "1"),
                            (pad, "nn::padding::same"), (groups, "1"), (dilation, "1"),
                            (bias, "true")])


def channels_second(trail):
    """What a convolution or a pool gives: the model has its channels behind the examples."""
    rank = len(trail.shape)
    index = np.arange(size_of(trail.shape)).reshape(trail.shape)
    return Value(trail, index.transpose([rank - 1] + list(range(rank - 1)))[None], 0)


def axis_of(name, extent, kernel, stride, dilation):
    """Zeros in front and outputs of an axis, as halo's kernel/window.hpp has them."""
    reach = (kernel - 1) * dilation + 1
    if name == "same":
        outputs = -(-extent // stride)
        return max((outputs - 1) * stride + reach - extent, 0) // 2, outputs
    low = (reach - 1) // 2 if name == "symmetric" else 0
    room = extent + 2 * low - reach
    return low, room // stride + 1 if room >= 0 else 0


def folded_slice(self, data, starts=None, ends=None, axes=None, steps=None):
    if starts is None:
        starts, ends, axes = (self.attribute(n) for n in ("starts", "ends", "axes"))
    axes = range(len(starts)) if axes is None else axes
    steps = [1] * len(starts) if steps is None else steps
    cut = [slice(None)] * data.ndim
    for start, end, axis, by in zip(starts, ends, axes, steps):
        cut[int(axis)] = slice(int(start), int(end), int(by))
    return data[tuple(cut)]


def folded_axes(self, data, axes, do):
    given = self.attribute("axes") if axes is None else axes
    if given is None:
        return np.squeeze(data)
    return do(data, tuple(int(a) for a in np.ravel(given)))


def folded_fill(self, shape):
    value = self.attribute("value")
    fill = np.zeros(1, np.float32) if value is None else onnx.numpy_helper.to_array(value)
    return np.full([int(n) for n in shape], fill.reshape(-1)[0], dtype=fill.dtype)


FOLDS = {
    "Identity": lambda self, x: x,
    "Cast": lambda self, x: x.astype(onnx.helper.tensor_dtype_to_np_dtype(self.attribute("to"))
                                     if hasattr(onnx.helper, "tensor_dtype_to_np_dtype") else
                                     onnx.mapping.TENSOR_TYPE_TO_NP_TYPE[self.attribute("to")]),
    "Gather": lambda self, x, i: np.take(x, i, self.attribute("axis", 0)),
    "Concat": lambda self, *x: np.concatenate(x, self.attribute("axis", 0)),
    "Slice": folded_slice,
    "Squeeze": lambda self, x, axes=None: folded_axes(self, x, axes, np.squeeze),
    "Unsqueeze": lambda self, x, axes=None: folded_axes(self, x, axes, np.expand_dims),
    "Transpose": lambda self, x: x.transpose(self.attribute("perm")),
    "Reshape": lambda self, x, to: x.reshape([x.shape[i] if n == 0 else int(n)
                                              for i, n in enumerate(to)]),
    "ConstantOfShape": folded_fill,
    "Expand": lambda self, x, to: np.broadcast_to(x, np.broadcast_shapes(
        x.shape, tuple(int(n) for n in to))),
    "Add": lambda self, a, b: a + b,
    "Sub": lambda self, a, b: a - b,
    "Mul": lambda self, a, b: a * b,
    "Div": lambda self, a, b: a // b if a.dtype.kind == "i" else a / b,
    "Equal": lambda self, a, b: a == b,
    "Where": lambda self, c, a, b: np.where(c, a, b),
}


# Which axis is which, which the first layer decides.

def input_of(model, given):
    """The shape of the model's one input, None where it leaves an extent open."""
    constants = {t.name for t in model.graph.initializer}
    inputs = [i for i in model.graph.input if i.name not in constants]
    if len(inputs) != 1:
        names = ", ".join(f"'{i.name}'" for i in inputs)
        raise Refused(f"one input expected, {len(inputs)} found ({names})")
    kind = inputs[0].type.tensor_type
    shape = [d.dim_value or None for d in kind.shape.dim]
    if given:
        shape = given
    if not shape:
        raise Refused(f"input '{inputs[0].name}': it has no shape; give one by --input")
    if not 2 <= len(shape) <= 4:
        raise Refused(f"input '{inputs[0].name}': 2 to 4 axes expected, examples among them, "
                      f"{len(shape)} found")
    return inputs[0].name, shape


def imported(model, output, given):
    """What becomes of the model under the first reading of its input that fits all layers."""
    name, shape = input_of(model, given)
    readings = [(0, True), (0, False)] if len(shape) == 4 else [(0, False)]
    if len(shape) == 3:
        readings = [(0, False), (0, True), (1, False)]
    failures = []
    for batch, channels_first in readings:
        missing = [i for i, n in enumerate(shape) if n is None and i != batch]
        if missing:
            failures.append((-1, Refused(f"input '{name}': axis {missing[0]} has no extent; give "
                                         f"one by --input")))
            continue
        try:
            for examples in FREE if shape[batch] is None else (shape[batch],):
                extents = [examples if i == batch else n for i, n in enumerate(shape)]
                walk = Importer(model, output, extents, batch, channels_first)
                value = walk.run()
            return walk, value, (shape, batch, channels_first)
        except Refused as e:
            failures.append((walk.number, e))
    raise max(failures, key=lambda f: f[0])[1]


# What is written.

def text_of(item):
    """A layer as a template argument, on one line."""
    if isinstance(item, Layer):
        return item.text
    return f"nn::residual<{', '.join(projection_of(item) + [text_of(i) for i in item.main])}>"


def projection_of(item):
    return [f"nn::projection<{', '.join(map(text_of, item.side))}>"] if item.side else []


def lines_of(items, indent):
    """Layers on lines of at most 100 columns; a residual that is too long has lines of its own."""
    lines, line = [], ""
    for i, item in enumerate(items):
        text = item if isinstance(item, str) else text_of(item)
        comma = "," if i + 1 < len(items) else ""
        if line and indent + len(line) + len(text) + 3 > LINE:
            lines.append(" " * indent + line)
            line = ""
        if indent + len(text) + 2 <= LINE or isinstance(item, (str, Layer)):
            line += (" " if line else "") + text + comma
        else:
            lines.append(" " * indent + "nn::residual<")
            lines += lines_of(projection_of(item) + item.main, indent + 4)
            lines[-1] += ">" + comma
    return lines + ([" " * indent + line] if line else [])


def tensors_of(items, place="", first=0):
    """Names in halo's parameter table, and numbers."""
    found = []
    for i, item in enumerate(items, first):
        here = f"{place}{i}."
        if isinstance(item, Layer):
            found += [(here + name, numbers) for name, numbers in item.tensors]
            continue
        found += tensors_of(item.side, here + "0.")
        found += tensors_of(item.main, here, 1 if item.side else 0)
    return found


def axes_text(shape):
    return f"[{', '.join(map(str, shape))}]"


def header(name, source, walk, value, reading, items):
    shape, batch, channels_first = reading
    model = axes_text("N" if i == batch else n for i, n in enumerate(shape))
    lines = [f"Made by halo-import of {source}.", "",
             f"An example is {axes_text(walk.start.shape)}, in the model {model}"
             + (", channels there first." if channels_first else "."),
             f"Its output is {axes_text(value.trail.shape)}."]
    lines += walk.notes
    comment = "".join(f"/// {line}".rstrip() + "\n" for line in lines)
    parts = [f"halo::shape<{', '.join(map(str, walk.start.shape))}>"] + items
    layers = "\n".join(lines_of(parts, 4))
    include = "#include <ratio>\n\n" if "std::ratio" in layers else ""
    return (f"#pragma once\n\n{include}#include <halo/nn.hpp>\n\nnamespace {name} {{\n\n"
            f"namespace nn = halo::nn;\n\n{comment}// clang-format off\n"
            f"using network = nn::sequential<\n{layers}>;\n"
            f"// clang-format on\n\n}}  // namespace {name}\n")


def safetensors(tensors):
    entries, data = {"__metadata__": {"layout": "halo"}}, b""
    for name, numbers in tensors:
        raw = np.ascontiguousarray(numbers, dtype="<f4")
        entries[name] = {"dtype": "F32", "shape": list(raw.shape),
                         "data_offsets": [len(data), len(data) + raw.nbytes]}
        data += raw.tobytes()
    text = json.dumps(entries, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    return struct.pack("<Q", len(text)) + text + data


def write(path, data):
    """All or nothing, as io::save_atomically."""
    aside = path.with_name(path.name + ".tmp")
    with open(aside, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    os.replace(aside, path)


def extents_of(text):
    parts = text.split(",")
    if not all(n.isascii() and n.isdigit() and int(n) > 0 for n in parts):
        raise Refused(f"--input: whole numbers with commas between them expected, '{text}' found")
    return [int(n) for n in parts]


def run(options):
    out = pathlib.Path(options.out)
    if not out.name.isidentifier() or not out.name.isascii():
        raise Refused(f"--out: a name of letters, digits and _ expected, '{out.name}' found")
    if out.name in TAKEN:
        raise Refused(f"--out: a name expected that C++ leaves free, '{out.name}' found")
    if not out.parent.is_dir():
        raise Refused(f"--out: a folder expected, '{out.parent}' found")
    try:
        data = pathlib.Path(options.model).read_bytes()
        model = onnx.load_model_from_string(data)
        if any(t.data_location for t in model.graph.initializer):
            model = onnx.load(options.model)  # with the files of its tensors
    except OSError as e:
        raise Refused(e.strerror) from None
    except Exception as e:  # protobuf's own, of several names
        raise Refused(f"an ONNX model expected ({e})") from None
    if not model.graph.node:
        raise Refused("an ONNX model expected, found one without nodes")
    outputs = [o.name for o in model.graph.output]
    if not options.output and len(outputs) != 1:
        raise Refused(f"one output expected, {len(outputs)} found ({', '.join(outputs)}); "
                      f"choose one by --output")
    given = extents_of(options.input) if options.input else None
    walk, value, reading = imported(model, options.output or outputs[0], given)
    items = items_between(walk.start, value.trail)
    if not items:
        raise Refused("the model does nothing")
    if not np.array_equal(np.sort(value.index, axis=None), np.arange(size_of(value.trail.shape))):
        raise Refused("output: a part of a layer's output is not supported")
    tensors = tensors_of(items)
    layers = {name.rpartition(".")[0] for name, _ in tensors}
    if len(layers) > MOST_LAYERS:
        raise Refused(f"at most {MOST_LAYERS} layers with parameters expected, {len(layers)} found")
    digest = hashlib.sha256(data).hexdigest()[:16]
    source = f"{one_line(pathlib.Path(options.model).name)} (SHA-256 {digest})"
    write(out.with_name(out.name + ".safetensors"), safetensors(tensors))
    text = header(out.name, source, walk, value, reading, items)
    write(out.with_name(out.name + ".hpp"), text.encode())
    numbers = sum(t.size for _, t in tensors)
    print(f"{out}.hpp, {out}.safetensors: {numbers:,} numbers in {len(layers)} layers")


def one_line(text):
    """Names in a model may hold anything."""
    return "".join(c if c.isprintable() else "?" for c in text)


def main(arguments=None):
    parser = argparse.ArgumentParser(
        prog="halo-import", description="Makes a network of halo from an ONNX model.")
    parser.add_argument("model", help="an ONNX file")
    parser.add_argument("--out", required=True, metavar="NAME",
                        help="writes NAME.hpp, with the type NAME::network, and NAME.safetensors")
    parser.add_argument("--input", metavar="1,3,32,32",
                        help="the shape of the model's input, where the model leaves it open")
    parser.add_argument("--output", metavar="NAME", help="which output, where there are several")
    options = parser.parse_args(arguments)
    try:
        run(options)
    except Refused as e:
        why = str(e)
    except OSError as e:
        why = f"--out: {options.out}: {e.strerror}"
    except BROKEN as e:
        why = f"it is not as ONNX describes it ({e})"
    else:
        return 0
    print(f"halo-import: {options.model}: {one_line(why)}", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
