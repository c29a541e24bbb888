"""Submits trainings over trainer.v1, as a client in any language would."""

import hashlib
import pathlib


def _modules():
    from voiceprint.trainer.v1 import trainer_service_pb2, trainer_service_pb2_grpc

    return trainer_service_pb2, trainer_service_pb2_grpc


def push_dataset(channel, name: str, files: dict[str, pathlib.Path], lists: dict[str, str]):
    """Clips by their path in the data set, and lists as text. What is stored already is not sent."""
    pb, grpc_module = _modules()
    stub = grpc_module.TrainerServiceStub(channel)
    contents = [(path, file.read_bytes(), False) for path, file in sorted(files.items())]
    contents += [(path, text.encode(), True) for path, text in sorted(lists.items())]
    sums = [hashlib.sha256(content).hexdigest() for _, content, _ in contents]
    missing = set(stub.FindMissingContents(pb.FindMissingContentsRequest(sha256=sums), timeout=30).sha256)

    def messages():
        yield pb.PushDatasetRequest(header=pb.DatasetHeader(name=name))
        yield pb.PushDatasetRequest(files=pb.DatasetFiles(files=[
            pb.DatasetFile(path=path, size_bytes=len(content), sha256=digest, is_list=is_list)
            for (path, content, is_list), digest in zip(contents, sums)]))
        for index, (digest, (_, content, _)) in enumerate(zip(sums, contents)):
            if digest not in missing:
                continue
            missing.discard(digest)
            for begin in range(0, len(content), 1 << 20):
                chunk = content[begin:begin + (1 << 20)]
                yield pb.PushDatasetRequest(chunk=pb.DatasetChunk(file=index, data=chunk))

    return stub.PushDataset(messages(), timeout=120).dataset


def submit(channel, **spec) -> str:
    pb, grpc_module = _modules()
    stub = grpc_module.TrainerServiceStub(channel)
    return stub.SubmitJob(pb.SubmitJobRequest(spec=pb.TrainingSpec(**spec)), timeout=60).job.job


def watch(channel, job: str):
    """The job's events, whose numbers have no gap, until it has ended; then the job."""
    pb, grpc_module = _modules()
    stub = grpc_module.TrainerServiceStub(channel)
    events = []
    for message in stub.WatchJob(pb.WatchJobRequest(job=job), timeout=900):
        if message.HasField("event"):
            events.append(message.event)
    assert [event.sequence for event in events] == list(range(1, len(events) + 1))
    return events, stub.GetJob(pb.GetJobRequest(job=job), timeout=30).job
