"""The README's Python client does what the README says."""

import pathlib
import re

from voices import ANN, BOB, voice, wav

README = pathlib.Path(__file__).parents[2] / "README.md"


def test_the_ten_lines_of_the_readme_run(cluster, collection, stubs, tmp_path, monkeypatch, capsys):
    code = re.search(r"```python\n(.*?)```", README.read_text(), re.DOTALL).group(1)
    assert "127.0.0.1:50051" in code
    # Its own collection, so that the other tests' people do not answer.
    code = code.replace("127.0.0.1:50051", cluster.address("gateway"))
    for request in ("EnrollRequest(", "IdentifyRequest("):
        assert request in code
        code = code.replace(request, f"{request}collection={collection!r}, ")
    for name, person, seed in [("ann-1", ANN, 1), ("ann-2", ANN, 2), ("somebody", ANN, 3)]:
        (tmp_path / f"{name}.wav").write_bytes(wav(voice(**person, seed=seed)))
    monkeypatch.chdir(tmp_path)
    exec(code, {})
    who, score, threshold = capsys.readouterr().out.split()
    assert who == "ann" and float(score) >= float(threshold)

    (tmp_path / "somebody.wav").write_bytes(wav(voice(**BOB, seed=4)))
    exec(code, {})
    assert capsys.readouterr().out.split()[-1] == threshold
