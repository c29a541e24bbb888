"""mvector's own networks in PyTorch, out of its unpacked package."""

import importlib
import sys
import types

MODULES = {
    "TDNN": "tdnn", "EcapaTdnn": "ecapa_tdnn", "CAMPPlus": "campplus", "Res2Net": "res2net", "ResNetSE": "resnet_se",
    "ERes2Net": "eres2net", "ERes2NetV2": "eres2net",
}


def network(folder, name):
    # The package's own __init__ imports all that training needs; its networks need PyTorch alone.
    for package in ("mvector", "mvector.models"):
        module = types.ModuleType(package)
        module.__path__ = [f"{folder}/{package.replace('.', '/')}"]
        sys.modules[package] = module
    return getattr(importlib.import_module(f"mvector.models.{MODULES[name]}"), name)(input_size=80)
