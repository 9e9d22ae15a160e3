#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""halo-import makes the golden files again, and says in a sentence what it cannot import.

import_test.py ROOT             77 where python3-onnx is missing
"""

import contextlib
import importlib.util
import io
import os
import pathlib
import subprocess
import sys
import tempfile

try:
    import numpy as np
    import onnx
    from onnx import TensorProto, helper, numpy_helper
except ImportError as missing:
    debian = "/usr/bin/python3"  # its python3-onnx is not there for other interpreters
    if os.path.realpath(sys.executable) != os.path.realpath(debian) and os.path.exists(debian):
        os.execv(debian, [debian, *sys.argv])
    print(f"skipped: python3-onnx is not there ({missing})")
    sys.exit(77)

root = pathlib.Path(sys.argv[1])
tool = root / "scripts" / "halo-import.py"
spec = importlib.util.spec_from_file_location("halo_import", tool)
halo_import = importlib.util.module_from_spec(spec)
sys.dont_write_bytecode = True
spec.loader.exec_module(halo_import)
folder = root / "tests" / "golden" / "onnx"
failures = []


def call(*arguments):
    """What halo-import says of these arguments: its code, and its sentence."""
    said = io.StringIO()
    with contextlib.redirect_stderr(said), contextlib.redirect_stdout(io.StringIO()):
        code = halo_import.main([str(a) for a in arguments])
    return code, said.getvalue()


def same_again(out):
    for model in sorted(folder.glob("*.onnx")):
        code, said = call(model, "--out", out / model.stem)
        if code:
            failures.append(f"{model.name}: {said}")
            continue
        for ending in (".hpp", ".safetensors"):
            here = folder / (model.stem + ending)
            if (out / here.name).read_bytes() != here.read_bytes():
                failures.append(f"{here.name}: not what halo-import makes of {model.name}")


def sentence(out, name, made, expected, *arguments):
    """A model that is refused."""
    path = out / f"{name}.onnx"
    if isinstance(made, bytes):
        path.write_bytes(made)
    elif made is not None:
        onnx.save(made, path)
    code, said = call(path, "--out", out / name, *arguments)
    found = said.replace(f"{out}/", "")
    if code != 1 or found != f"halo-import: {name}.onnx: {expected}\n":
        failures.append(f"{name}: expected '{expected}', found '{found}'")
    if (out / f"{name}.hpp").exists() or (out / f"{name}.safetensors").exists():
        failures.append(f"{name}: something was written")


def refused(out):
    def model(nodes, x, y=("N", 4), constants=(), opset=13):
        """Nodes as (kind, inputs, attributes), one behind the other; the last one gives y."""
        made, before = [], "x"
        tensors = [numpy_helper.from_array(np.asarray(t), f"c{i}")
                   for i, t in enumerate(constants)]
        for i, (kind, inputs, attributes) in enumerate(nodes):
            after = "y" if i + 1 == len(nodes) else f"v{i}"
            names = [before if n == "x" else n for n in inputs]
            made.append(helper.make_node(kind, names, [after], name=f"{kind.lower()}{i}",
                                         **attributes))
            before = after
        graph = helper.make_graph(
            made, "refused", [helper.make_tensor_value_info("x", TensorProto.FLOAT, x)],
            [helper.make_tensor_value_info("y", TensorProto.FLOAT, y)], tensors)
        return helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)],
                                 ir_version=8)

    def floats(*shape):
        return np.ones(shape, np.float32)

    image, vector, steps = ["N", 2, 8, 8], ["N", 4], [5, "N", 3]
    cases = {
        "unknown": (model([("Relu", ["x"], {}), ("LRN", ["x"], {"size": 3})], image),
                    "node 1 'lrn1', LRN: halo has no layer for this operator"),
        "softmax_inside": (model([("Softmax", ["x"], {}), ("Relu", ["x"], {})], vector),
                           "node 1 'relu1', Relu: behind node 0 'softmax0', Softmax, which is "
                           "supported as the last operator only"),
        "padding": (model([("Conv", ["x", "c0"], {"pads": [2, 2, 0, 0]})], image,
                          constants=[floats(4, 2, 3, 3)]),
                    "node 0 'conv0', Conv: padding [2, 2, 0, 0] is neither same, valid nor "
                    "symmetric"),
        "pad_alone": (model([("Pad", ["x", "c0"], {}), ("Relu", ["x"], {})], image,
                            constants=[np.array([0, 0, 1, 1, 0, 0, 1, 1])]),
                      "node 1 'relu1', Relu: behind a Pad, which is supported in front of Conv "
                      "only"),
        "groups": (model([("Conv", ["x", "c0"], {"group": 2})], image,
                         constants=[floats(4, 2, 3, 3)]),
                   "node 0 'conv0', Conv: a weight of [4, 2, 3, 3] for 2 channels in 2 groups"),
        "turned": (model([("Transpose", ["x"], {"perm": [0, 1, 3, 2]}),
                          ("Conv", ["x", "c0"], {})], image, constants=[floats(4, 2, 3, 3)]),
                   "node 1 'conv1', Conv: its channels would have to be turned, for which halo "
                   "has no layer"),
        "counted_padding": (model([("AveragePool", ["x"], {"kernel_shape": [3, 3], "pads":
                                                           [1, 1, 1, 1], "count_include_pad": 1})],
                                  image),
                            "node 0 'averagepool0', AveragePool: count_include_pad with padding "
                            "is not supported"),
        "backwards": (model([("LSTM", ["x", "c0", "c1"], {"hidden_size": 2,
                                                          "direction": "reverse"})], steps,
                            constants=[floats(1, 8, 3), floats(1, 8, 2)]),
                      "node 0 'lstm0', LSTM: direction 'reverse' is not supported"),
        "reset_before": (model([("GRU", ["x", "c0", "c1"], {"hidden_size": 2})], steps,
                               constants=[floats(1, 6, 3), floats(1, 6, 2)]),
                         "node 0 'gru0', GRU: linear_before_reset of 0 is not supported: halo "
                         "resets behind the product"),
        "step_inside": (model([("LSTM", ["x", "c0", "c1"], {"hidden_size": 2}),
                               ("Gather", ["x", "c2"], {})], steps,
                              constants=[floats(1, 8, 3), floats(1, 8, 2), np.int64(1)]),
                        "node 1 'gather1', Gather: only the last step of a recurrent layer can be "
                        "taken out"),
        "mixed_examples": (model([("Reshape", ["x", "c0"], {})], vector,
                                 constants=[np.array([2, -1])]),
                           "node 0 'reshape0', Reshape: from [97, 4] to [2, 194] mixes examples "
                           "(of which there are 97 here)"),
        "constant_in_front": (model([("Add", ["x", "c0"], {})], vector, constants=[floats(4)]),
                              "node 0 'add0', Add: of a constant is supported behind MatMul, Gemm "
                              "and Conv without bias only"),
        "not_finite": (model([("MatMul", ["x", "c0"], {})], vector,
                             constants=[floats(4, 4) * np.float32(np.inf)]),
                       "node 0 'matmul0', MatMul: a weight with NaN or infinity"),
        "open_extent": (model([("MatMul", ["x", "c0"], {})], ["N", "features"],
                              constants=[floats(4, 4)]),
                        "input 'x': axis 1 has no extent; give one by --input"),
        "too_large": (model([("MatMul", ["x", "c0"], {})], vector,
                            constants=[np.full((4, 4), 1e300)]),
                      "node 0 'matmul0', MatMul: a weight with NaN or infinity"),
        "no_window": (model([("MaxPool", ["x"], {})], image),
                      "node 0 'maxpool0', MaxPool: it is not as ONNX describes it ('NoneType' "
                      "object is not iterable)"),
        "pad_last": (model([("Relu", ["x"], {}), ("Pad", ["x", "c0"], {})], image,
                           constants=[np.array([0, 0, 1, 1, 0, 0, 1, 1])]),
                     "output 'y': a Pad is supported in front of Conv only"),
        "slope_below_0": (model([("LeakyRelu", ["x"], {"alpha": -0.5})], vector),
                          "node 0 'leakyrelu0', LeakyRelu: alpha below 0 is not supported"),
        "tiny_slope": (model([("LeakyRelu", ["x"], {"alpha": 1e-30})], vector),
                       "node 0 'leakyrelu0', LeakyRelu: alpha 1e-30 does not fit into a "
                       "std::ratio"),
        "tiny_epsilon": (model([("BatchNormalization", ["x", "c0", "c0", "c0", "c0"],
                                 {"epsilon": 1e-20})], vector, constants=[floats(4)]),
                         "node 0 'batchnormalization0', BatchNormalization: epsilon 1e-20 does not "
                         "fit into a std::ratio"),
        "short_variance": (model([("BatchNormalization", ["x", "c0", "c0", "c0", "c1"], {})],
                                 image, constants=[floats(2), floats(1)]),
                           "node 0 'batchnormalization0', BatchNormalization: a variance of [1] "
                           "for 2 channels"),
        "long_bias": (model([("Conv", ["x", "c0", "c1"], {})], image,
                            constants=[floats(4, 2, 3, 3), floats(5)]),
                      "node 0 'conv0', Conv: a bias of [5] for 4 channels"),
        "group_of_outputs": (model([("Conv", ["x", "c0"], {"group": 2})], image,
                                   constants=[floats(3, 1, 3, 3)]),
                             "node 0 'conv0', Conv: a weight of [3, 1, 3, 3] for 2 channels in 2 "
                             "groups"),
        "other_kernel": (model([("Conv", ["x", "c0"], {"kernel_shape": [5, 5]})], image,
                               constants=[floats(4, 2, 3, 3)]),
                         "node 0 'conv0', Conv: a weight of [4, 2, 3, 3] for a kernel of [5, 5]"),
        "backward_stride": (model([("Conv", ["x", "c0"], {"dilations": [-1, -1]})], image,
                                  constants=[floats(4, 2, 3, 3)]),
                            "node 0 'conv0', Conv: dilations [-1, -1] for 2 axes"),
        "no_outputs": (model([("MatMul", ["x", "c0"], {})], vector, constants=[floats(4, 0)]),
                       "node 0 'matmul0', MatMul: a weight without numbers"),
        "overflow": (model([("Gemm", ["x", "c0"], {"alpha": 3e38})], vector,
                           constants=[2 * floats(4, 4)]),
                     "node 0 'gemm0', Gemm: a weight with NaN or infinity"),
        "other_units": (model([("LSTM", ["x", "c0", "c1"], {"hidden_size": 2})], steps,
                              constants=[floats(1, 8, 3), floats(1, 6, 2)]),
                        "node 0 'lstm0', LSTM: a weight of [1, 6, 2] for 2 units"),
        "ceiling": (model([("MaxPool", ["x"], {"kernel_shape": [3, 3], "strides": [2, 2],
                                               "ceil_mode": 1})], ["N", 2, 8, 9]),
                    "node 0 'maxpool0', MaxPool: padding NOTSET with ceil_mode is neither same, "
                    "valid nor symmetric"),
        "as_many_as_examples": (model([("Reshape", ["x", "c0"], {})], ["N", 97],
                                      constants=[np.array([97, -1])]),
                                "node 0 'reshape0', Reshape: from [101, 97] to [97, 101] mixes "
                                "examples (of which there are 101 here)"),
        "no_model": (b"certainly not protobuf", None),
        "absent": (None, "No such file or directory"),
    }
    for name, (made, expected) in cases.items():
        if expected is None:
            path = out / f"{name}.onnx"
            path.write_bytes(made)
            code, said = call(path, "--out", out / name)
            if code != 1 or "an ONNX model expected" not in said:
                failures.append(f"{name}: {said}")
        else:
            sentence(out, name, made, expected)
    taken = {  # what a header has of them
        "padded": (model([("Pad", ["x", "c0", "", "c1"], {}), ("Conv", ["x", "c2"], {})], image,
                         constants=[np.array([0, 1, 0, 1]), np.array([1, 3]),
                                    floats(4, 2, 1, 3)]),
                   "nn::conv2d<4, nn::window{1, 3}, 1, nn::padding::same, 1, 1, false>"),
        "folded_axes": (model([("Squeeze", ["c0", "c1"], {}), ("MatMul", ["x", "v0"], {})], vector,
                              constants=[floats(1, 1, 4, 4), np.array([0, 1])]),
                        "nn::linear<4, 4, false>"),
        "training": (model([("BatchNormalization", ["x", "c0", "c0", "c0", "c0"],
                             {"training_mode": 1})], vector, constants=[floats(4)], opset=14),
                     "/// The model's norms are in training mode: here they answer by running "
                     "statistics.\n"),
        "no_slope": (model([("LeakyRelu", ["x"], {"alpha": 0.0})], vector), "nn::relu>"),
    }
    taken["folded_axes"][0].graph.node[1].input[0] = "x"
    for name, (made, expected) in taken.items():
        onnx.save(made, out / f"{name}.onnx")
        code, said = call(out / f"{name}.onnx", "--out", out / name)
        if code or expected not in (out / f"{name}.hpp").read_text():
            failures.append(f"{name}: {said or (out / f'{name}.hpp').read_text()}")
    good = model([("MatMul", ["x", "c0"], {})], ["N", "features"], constants=[floats(4, 4)])
    onnx.save(good, out / "open.onnx")
    if call(out / "open.onnx", "--out", out / "open", "--input", "1,4")[0]:
        failures.append("--input is not looked at")
    for given, expected in (
            (["--out", out / "class"], "--out: a name expected that C++ leaves free, 'class' "
                                       "found"),
            (["--out", out / "halo"], "--out: a name expected that C++ leaves free, 'halo' found"),
            (["--out", out / "nowhere" / "n"], "--out: a folder expected, 'nowhere' found"),
            (["--out", out / "n", "--input", "1,x"], "--input: whole numbers with commas between "
                                                     "them expected, '1,x' found")):
        code, said = call(out / "open.onnx", *given)
        if code != 1 or said.replace(f"{out}/", "") != f"halo-import: open.onnx: {expected}\n":
            failures.append(f"{given}: {said}")
    shapeless = model([("MatMul", ["x", "c0"], {})], None, constants=[floats(4, 4)])
    sentence(out, "shapeless", shapeless, "input 'x': it has no shape; give one by --input")
    program = [sys.executable, str(tool), str(out / "open.onnx"), "--out", str(out / "7up")]
    done = subprocess.run(program, capture_output=True, text=True, check=False)
    if done.returncode != 1 or "a name of letters, digits and _ expected" not in done.stderr:
        failures.append(f"--out: {done.stderr}")


def damaged(out):
    """Whatever the bytes are, there is one sentence, and no header without one of its own."""
    generator = np.random.default_rng(7)
    path = out / "damaged.onnx"
    for model in sorted(folder.glob("*.onnx")):
        for _ in range(40):
            data = bytearray(model.read_bytes())
            for place in generator.integers(len(data), size=3):
                data[place] = generator.integers(256)
            path.write_bytes(data)
            code, said = call(path, "--out", out / "damaged")
            if code not in (0, 1) or said.count("\n") != code:
                failures.append(f"{model.name}, damaged: {code}, '{said}'")


with tempfile.TemporaryDirectory() as temporary:
    same_again(pathlib.Path(temporary))
    refused(pathlib.Path(temporary))
    damaged(pathlib.Path(temporary))
print("\n".join(failures) or "all as it should be")
sys.exit(1 if failures else 0)
