"""Compiles the wire protocol into the package; everything else is in pyproject.toml."""

import pathlib
import shutil

from setuptools import setup
from setuptools.command.build_py import build_py
from setuptools.command.sdist import sdist

HERE = pathlib.Path(__file__).resolve().parent
# A source distribution carries its own copy of the protocol; in a checkout it is the repository's.
OWN_COPY = HERE / "Protos"
PROTOS = OWN_COPY if OWN_COPY.is_dir() else HERE.parents[2] / "Protos"
SERVICE_CONFIG = "voiceprint/gateway/v1/gateway_grpc_service_config.json"
NEEDED = ["google/rpc/status.proto", "google/rpc/error_details.proto", "voiceprint/gateway/v1/gateway_service.proto"]

# What the build makes.
COMPILED, RETRIES = "protocol.binpb", "service_config.json"


def compile_protocol(package: pathlib.Path) -> None:
    """Writes the descriptors of what the client speaks, and of what that imports, into one file of the package, and
    what is tried again beside it."""
    import grpc_tools
    from grpc_tools import protoc

    well_known = pathlib.Path(grpc_tools.__file__).parent / "_proto"
    package.mkdir(parents=True, exist_ok=True)
    status = protoc.main([
        "protoc", f"-I{PROTOS}", f"-I{well_known}", "--include_imports",
        f"--descriptor_set_out={package / COMPILED}", *NEEDED])
    if status != 0:
        raise SystemExit(f"protoc could not compile the protocol in {PROTOS}")
    shutil.copyfile(PROTOS / SERVICE_CONFIG, package / RETRIES)


class BuildWithProtocol(build_py):
    def _package(self) -> pathlib.Path:
        root = HERE / "src" if self.editable_mode else pathlib.Path(self.build_lib)
        return root / "voiceprint_client"

    def run(self) -> None:
        super().run()
        compile_protocol(self._package())

    def get_outputs(self, include_bytecode: bool = True) -> list[str]:
        made = [str(self._package() / name) for name in (COMPILED, RETRIES)]
        return [*super().get_outputs(include_bytecode), *made]


class SourceWithProtocol(sdist):
    def make_release_tree(self, base_dir: str, files: list[str]) -> None:
        super().make_release_tree(base_dir, files)
        for folder in ("google/rpc", "voiceprint/gateway", "voiceprint/types"):
            shutil.copytree(PROTOS / folder, pathlib.Path(base_dir, "Protos", folder), dirs_exist_ok=True)


setup(cmdclass={"build_py": BuildWithProtocol, "sdist": SourceWithProtocol})
