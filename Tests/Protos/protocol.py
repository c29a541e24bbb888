"""The protocol of this repository: what it is now, and what was released."""

import pathlib
import tempfile

from google.protobuf.descriptor_pb2 import FileDescriptorSet

PROTOS = pathlib.Path(__file__).resolve().parents[2] / "Protos"
RELEASED = PROTOS / "released.txt"
PACKAGE = "voiceprint"


def compiled(folder: pathlib.Path = PROTOS, *, comments: bool = False) -> FileDescriptorSet:
    """The descriptors of all .proto files of a folder that are the repository's own, and of what they import."""
    import grpc_tools
    from grpc_tools import protoc

    names = sorted(str(path.relative_to(folder)) for path in (folder / PACKAGE).rglob("*.proto"))
    well_known = pathlib.Path(grpc_tools.__file__).parent / "_proto"
    with tempfile.NamedTemporaryFile() as file:
        options = ["--include_imports", f"--descriptor_set_out={file.name}"]
        options += ["--include_source_info"] if comments else []
        if protoc.main(["protoc", f"-I{folder}", f"-I{well_known}", *options, *names]) != 0:
            raise ValueError(f"protoc cannot compile the .proto files of {folder}")
        return FileDescriptorSet.FromString(pathlib.Path(file.name).read_bytes())
