"""The Python package's drop-in for mvector's predictor: a script of mvector moves by a change of import."""

import pytest

from cluster import BIN
from test_python_client import clips, python, run  # noqa: F401 (fixtures)


def test_mvector_s_predictor_is_a_change_of_import(run):
    seen = run("""
        import numpy
        from voiceprint_client.compat import MVectorPredictor
        predictor = MVectorPredictor(gateway=ADDRESS, collection=COLLECTION, threshold=None)
        empty = predictor.recognition("ann-3.wav")
        registered = predictor.register(audio_data="ann-1.wav", user_name="ann")
        predictor.register(open("ann-2.wav", "rb"), "ann")
        predictor.register(open("bob-1.wav", "rb").read(), user_name="bob")
        alone = [predictor.predict(name) for name in ("ann-3.wav", "short.wav")]
        batch = predictor.predict_batch(audios_data=["ann-3.wav", "short.wav"])
        name, score = predictor.recognition(audio_data="ann-3.wav")
        strict = predictor.recognition("ann-3.wav", threshold=1)
        usual = predictor.recognition("ann-3.wav")
        users = predictor.get_users()
        cosine = alone[0] @ predictor.predict("bob-1.wav")
        cosine /= numpy.linalg.norm(alone[0]) * numpy.linalg.norm(predictor.predict("bob-1.wav"))
        contrast = predictor.contrast("ann-3.wav", "bob-1.wav")
        removed = [predictor.remove_user(user_name="ann"), predictor.remove_user("ann")]
        elsewhere = MVectorPredictor(gateway=ADDRESS, collection=COLLECTION + " made")
        tell(empty=empty, registered=registered, shapes=[alone[0].shape, batch.shape],
             types=[str(alone[0].dtype), str(batch.dtype), str(contrast.dtype)],
             apart=float(abs(batch - numpy.stack(alone)).max()),
             name=name, score=score, strict=strict, usual=usual, users=users, cosine=float(cosine),
             contrast=float(contrast), removed=removed, left=predictor.get_users(), elsewhere=elsewhere.get_users(),
             made=client.delete_collection(COLLECTION + " made"))
        """)
    assert seen["empty"] == seen["strict"] == [None, None]
    assert seen["registered"] == [True, "注册成功"]
    assert seen["shapes"] == [[192], [2, 192]] and seen["types"] == ["float32"] * 3 and seen["apart"] < 1e-4
    assert seen["name"] == "ann" and seen["score"] == round(seen["score"], 5)
    # A threshold of one call is not the next one's.
    assert seen["usual"] == ["ann", seen["score"]]
    assert sorted(seen["users"]) == ["ann", "ann", "bob"] and seen["left"] == ["bob"]
    assert seen["contrast"] == pytest.approx(seen["cosine"], abs=1e-4)
    assert seen["removed"] == [True, False] and seen["elsewhere"] == [] and seen["made"] == 0


def test_mvector_s_constructor_is_taken_as_it_is(run, clips, tmp_path, cluster):
    for person in ("ann", "bob"):
        (tmp_path / "audio_db" / person).mkdir(parents=True)
        (tmp_path / "audio_db" / person / "0.wav").write_bytes((clips / f"{person}-1.wav").read_bytes())
    (tmp_path / "audio_db" / "nobody").mkdir()
    (tmp_path / "audio_db" / "audio_indexes.bin").write_bytes(b"mvector's")
    seen = run(f"""
        import os, subprocess, warnings
        os.environ["VOICEPRINT_GATEWAY"] = ADDRESS
        from voiceprint_client.compat import MVectorPredictor
        folder = {str(tmp_path / "audio_db")!r}
        def make():
            with warnings.catch_warnings(record=True) as told:
                warnings.simplefilter("always")
                made = MVectorPredictor(configs="configs/cam++.yml", threshold=0.7, audio_db_path=folder,
                                        model_path="models/CAMPPlus_Fbank/best_model/", use_gpu=False)
            return made, [str(each.message) for each in told]
        predictor, before = make()
        (command,) = [part for message in before for part in message.split("`") if part.startswith("voiceprint ")]
        subprocess.run([{str(BIN / "voiceprint")!r}, *command.split()[1:]], check=True, stdout=subprocess.DEVNULL)
        predictor, after = make()
        tell(before=before, after=after, users=sorted(predictor.get_users()), threshold=predictor.threshold,
             found=predictor.recognition("ann-3.wav")[0], usual=MVectorPredictor().threshold,
             deleted=client.delete_collection("audio_db"))
        """)
    (warning,) = seen["before"]
    assert warning.startswith("2 people of ") and "(ann, bob)" in warning and seen["after"] == []
    assert seen["users"] == ["ann", "bob"] and seen["found"] == "ann" and seen["deleted"] == 2
    assert (seen["threshold"], seen["usual"]) == (0.7, 0.6)


MVECTOR = {  # of mvector 1.0.5, without self
    "__init__": ["configs", "threshold", "audio_db_path", "model_path", "use_gpu"],
    "predict": ["audio_data", "sample_rate"], "predict_batch": ["audios_data", "sample_rate"],
    "contrast": ["audio_data1", "audio_data2"], "register": ["audio_data", "user_name", "sample_rate"],
    "recognition": ["audio_data", "threshold", "sample_rate"], "get_users": [], "remove_user": ["user_name"],
}


def test_the_drop_in_takes_mvector_s_arguments_in_mvector_s_order(run):
    seen = run("""
        import inspect
        from voiceprint_client.compat import MVectorPredictor
        def positional(method):
            parameters = list(inspect.signature(method).parameters.values())[1:]
            return [each.name for each in parameters if each.kind == each.POSITIONAL_OR_KEYWORD]
        methods = {name: method for name, method in vars(MVectorPredictor).items()
                   if inspect.isfunction(method) and (name == "__init__" or not name.startswith("_"))}
        tell(**{name: positional(method) for name, method in methods.items()})
        """)
    assert seen == MVECTOR
