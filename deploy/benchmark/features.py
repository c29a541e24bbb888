"""Runs `voiceprint benchmark features` and its peers by turns, on one thread, and prints the ratios of the medians.

usage: features.py VOICEPRINT [ROUNDS] [SECONDS]

The peers are torchaudio.compliance.kaldi.fbank and kaldi-native-fbank for the front-end (80 bins, no dither) and soxr's
HQ for resampling from 44.1 to 16 kHz; each gets float32 samples and gives its result as an array or tensor.
"""

import json
import math
import statistics
import subprocess
import sys
import time
import warnings

import kaldi_native_fbank
import numpy
import soxr
import torch
import torchaudio.compliance.kaldi

RUNS, SOURCE, TARGET = 20, 44_100, 16_000


def milliseconds(run):
    times = []
    for _ in range(RUNS):
        begin = time.perf_counter()
        run()
        times.append(time.perf_counter() - begin)
    return statistics.median(times) * 1000


def native_fbank(samples):
    options = kaldi_native_fbank.FbankOptions()
    options.frame_opts.dither = 0
    options.mel_opts.num_bins = 80
    fbank = kaldi_native_fbank.OnlineFbank(options)
    fbank.accept_waveform(TARGET, samples)
    fbank.input_finished()
    return fbank.get_frames(numpy.arange(fbank.num_frames_ready)) if hasattr(fbank, "get_frames") else [
        fbank.get_frame(index) for index in range(fbank.num_frames_ready)]


def resampled(samples):
    return soxr.resample(samples, SOURCE, TARGET, quality="HQ")


def response():
    """Stop band in dB and end of the pass band in Hz, as `voiceprint benchmark features` measures them."""
    def level(x):
        return 10 * math.log10(float(numpy.mean(x.astype(numpy.float64) ** 2)))

    def gain(hertz):
        tone = (0.5 * numpy.sin(2 * numpy.pi * hertz * numpy.arange(SOURCE) / SOURCE)).astype(numpy.float32)
        return level(resampled(tone)[TARGET // 10:TARGET * 9 // 10]) - level(tone)

    stop = max(gain(hertz) for hertz in range(TARGET // 2, SOURCE // 2 - 49, 50))
    passes = next(hertz for hertz in range(TARGET // 4, TARGET // 2, 50) if gain(hertz) < -0.1)
    return stop, passes


def main():
    voiceprint, rounds, seconds = sys.argv[1], int((sys.argv + [5] * 2)[2]), float((sys.argv[3:] + [10])[0])
    warnings.simplefilter("ignore")
    torch.set_num_threads(1)
    random = numpy.random.default_rng(0)
    speech = random.uniform(-0.5, 0.5, int(seconds * TARGET)).astype(numpy.float32)
    recording = random.uniform(-0.5, 0.5, int(seconds * SOURCE)).astype(numpy.float32)
    tensor = torch.from_numpy(speech)[None]
    command = [
        voiceprint, "benchmark", "features", "--seconds", str(seconds), "--source-rate", str(SOURCE), "--rounds",
        str(RUNS), "--json"]
    ours, peers = [], []
    for turn in range(rounds):
        more = ["--service"] if turn == rounds - 1 else []
        ours.append(json.loads(subprocess.run(command + more, check=True, stdout=subprocess.PIPE, text=True).stdout))
        with torch.inference_mode():
            peers.append({
                "torchaudio": milliseconds(lambda: torchaudio.compliance.kaldi.fbank(tensor, num_mel_bins=80)),
                "kaldi-native-fbank": milliseconds(lambda: native_fbank(speech)),
                "soxr HQ": milliseconds(lambda: resampled(recording)),
            })
    median = statistics.median
    mine = {name: median(answer[name] for answer in ours) for name in ours[0] if name.endswith("_ms")}
    print(f"{seconds:.0f} s of audio, one thread, milliseconds: medians of {rounds} turns; a ratio above 1 is for us")
    compared = {
        "front_end_ms": ["torchaudio", "kaldi-native-fbank"], "resampling_ms": ["soxr HQ"],
        "fine_resampling_ms": ["soxr HQ"]}
    for key, names in compared.items():
        for name in names:
            theirs = median(times[name] for times in peers)
            print(f"{key[:-3]:15} ours {mine[key]:7.3f}  {name} {theirs:7.3f} ({theirs / mine[key]:.2f})")
    stop, passes = response()
    print(
        f"stop band from {TARGET // 2} Hz, pass band: ours {ours[0]['stop_band_db']:.1f} dB,"
        f" {ours[0]['pass_band_hz']:.0f} Hz (resampy's filter, as mvector)  fine"
        f" {ours[0]['fine_stop_band_db']:.1f} dB, {ours[0]['fine_pass_band_hz']:.0f} Hz  soxr HQ {stop:.1f} dB,"
        f" {passes} Hz")
    service = ours[-1]["service"]
    print(
        f"WAV to features {mine['pipeline_ms']:.3f} ms; the service, one compute thread: "
        f"{service['recordings_per_second']:.0f} recordings/s, {service['share'] * 100:.1f} % of one thread in process"
        f" ({service['in_process_per_second']:.0f}), {service['cpu_ms']:.3f} ms of its processor time each")


main()
