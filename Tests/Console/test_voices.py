"""Comparing and recognising voices in the browser, by files and by its microphone."""

import base64
import re

import pytest

import speech

# How many colours a canvas shows: one that nothing was drawn on has one.
COLOURS = """
const { width, height } = arguments[0];
const data = arguments[0].getContext('2d').getImageData(0, 0, width, height).data;
const seen = new Set();
for (let at = 0; at < data.length; at += 4) seen.add((data[at] << 16) | (data[at + 1] << 8) | data[at + 2]);
return seen.size;
"""


LEVEL = "return Number(arguments[0].querySelector('[role=meter]').getAttribute('aria-valuenow'))"


def colours(browser, testid: str, kind: str) -> int:
    canvas = browser.run("return arguments[0].querySelector(arguments[1])", browser.get(testid), f"canvas.{kind}")
    return browser.run(COLOURS, canvas)


def record(browser, testid: str, seconds: float) -> None:
    """Records for so long, by the clock of the page, which shows how much was heard."""
    browser.click(testid)
    zone = testid.removesuffix("-record") + "-drop"
    browser.wait(lambda: heard(browser, zone) >= seconds, 20, f"{seconds} s of recording")
    browser.wait(lambda: browser.run(LEVEL, browser.get(zone)) > -60, what="a level on the meter")
    browser.click(testid)


def heard(browser, zone: str) -> float:
    found = re.search(r"(\d+):(\d+\.\d)", browser.text(zone))
    return 60 * int(found.group(1)) + float(found.group(2)) if found else 0.0


def test_two_files_of_one_person_are_contrasted(browser, clips):
    browser.open("contrast")
    browser.wait_text("page-contrast", "Choose or record two clips")
    browser.upload("contrast-first-file", clips["allison-0"])
    browser.wait_text("page-contrast", "One more clip")
    browser.upload("contrast-second-file", clips["allison-2"])
    browser.wait(lambda: len(browser.all("clip-quality")) == 2, what="both clips")
    for place in ("contrast-first", "contrast-second"):
        browser.wait(lambda: colours(browser, place, "waveform") >= 3, what="a waveform")
        browser.wait(lambda: colours(browser, place, "spectrogram") > 50, what="a spectrogram")
    length = speech.seconds(clips["allison-0"].read_bytes())
    assert f"{length:.1f} s" in browser.text("contrast-first")
    browser.click("contrast-run")
    assert browser.wait_text("contrast-decision", ".") == "The same person"
    score, threshold = shown_score(browser)
    assert score >= threshold
    assert browser.text("contrast-sentence") == (
        f"The score {score:.3f} is at or above the threshold {threshold:.3f}.")
    assert_scale(browser, score, threshold)
    browser.screenshot("contrast-same")
    # What was chosen is there when the reader comes back.
    browser.open("status")
    browser.open("contrast")
    assert len(browser.all("clip-quality")) == 2
    browser.click("contrast-first-remove")
    browser.wait_text("page-contrast", "One more clip")


def shown_score(browser) -> tuple[float, float]:
    label = browser.get("score-scale").get_attribute("aria-label")
    return tuple(float(value) for value in re.fullmatch(r"Score (\S+), threshold (\S+)", label).groups())


def assert_scale(browser, score: float, threshold: float) -> None:
    """Mark and threshold stand where their values are on a track from -1 to 1."""
    track, mark, line = browser.run("""
      const box = (name) => arguments[0].querySelector(name).getBoundingClientRect();
      const middle = ({ left, width }) => left + width / 2;
      const track = box('.scale-track');
      return [[track.left, track.width], middle(box('.scale-mark')), middle(box('.scale-threshold'))];
    """, browser.get("score-scale"))
    for place, value in ((mark, score), (line, threshold)):
        assert place == pytest.approx(track[0] + track[1] * (value + 1) / 2, abs=4)


def test_two_recordings_of_two_people_are_contrasted_at_a_threshold_of_ones_own(browser, microphone):
    browser.open("contrast")
    for place, person in (("first", "allison"), ("second", "carlo")):
        microphone(speech.recording(person, 1))
        record(browser, f"contrast-{place}-record", 3)
    browser.wait(lambda: len(browser.all("clip-quality")) == 2, what="both recordings")
    browser.screenshot("contrast-recorded")
    browser.click("contrast-run")
    assert browser.wait_text("contrast-decision", ".") == "Different people"
    score, threshold = shown_score(browser)
    assert score < threshold
    browser.run("arguments[0].open = true", browser.get("contrast-options"))
    browser.write("contrast-threshold", "2")
    browser.click("contrast-run")
    browser.wait_text("page-contrast", "Give a number from -1 to 1")
    browser.write("contrast-threshold", "-0.9")
    browser.click("contrast-run")
    browser.wait_text("contrast-decision", "The same person")
    assert shown_score(browser) == (score, -0.9)
    browser.screenshot("contrast-own-threshold")


DROP = """
const bytes = Uint8Array.from(atob(arguments[1]), (character) => character.charCodeAt(0));
const dataTransfer = new DataTransfer();
dataTransfer.items.add(new File([bytes], 'dropped.wav', { type: 'audio/wav' }));
const options = { dataTransfer, bubbles: true, cancelable: true };
const drag = (type) => arguments[0].dispatchEvent(new DragEvent(type, options));
drag('dragover');
const isMarked = arguments[0].classList.contains('is-over');
drag('drop');
return isMarked && !arguments[0].classList.contains('is-over');
"""


def test_a_clip_is_dropped(browser, clips):
    browser.open("contrast")
    data = base64.b64encode(clips["carlo-1"].read_bytes()).decode()
    assert browser.run(DROP, browser.get("contrast-first-drop"), data)
    browser.wait_text("contrast-first", "dropped.wav")
    browser.wait(lambda: colours(browser, "contrast-first", "waveform") >= 3, what="a waveform")
    browser.click("contrast-first-remove")


def test_a_file_that_is_no_audio_is_told_with_the_servers_words(browser, folder, clips):
    browser.expected = (400,)
    browser.open("contrast")
    (folder / "letter.wav").write_text("Dear Sir or Madam")
    browser.upload("contrast-first-file", folder / "letter.wav")
    browser.wait_text("contrast-first", "This browser cannot play the file")
    browser.upload("contrast-second-file", clips["june-0"])
    browser.wait(lambda: len(browser.all("clip-quality")) == 1, what="the clip")
    browser.click("contrast-run")
    assert "first" in browser.wait_text("error-message", ".")
    browser.screenshot("contrast-error")
    browser.click("contrast-first-remove")
    browser.click("contrast-second-remove")


def test_a_known_person_is_recognised_and_a_stranger_is_not(browser, clips, people):
    browser.open("recognise")
    browser.choose("recognise-collection", people)
    browser.upload("recognise-clip-file", clips["june-0"])
    browser.click("recognise-run")
    assert browser.wait_text("recognise-decision", ".") == "June Prompt"
    rows = [row.text for row in browser.all("recognise-candidates-row")]
    assert len(rows) == 4 and "June Prompt" in rows[0] and "at or above" in rows[0]
    assert all("below" in row for row in rows[1:])
    assert "Compared with 4 people" in browser.text("recognise-result")
    browser.screenshot("recognise-known")
    browser.upload("recognise-clip-file", clips["menardi-0"])
    browser.wait(lambda: not browser.all("recognise-decision"), what="an empty result")
    browser.click("recognise-run")
    assert browser.wait_text("recognise-decision", ".") == "A stranger"
    score, threshold = shown_score(browser)
    assert score < threshold
    browser.screenshot("recognise-stranger")


def test_a_claim_is_verified_by_the_microphone(browser, microphone, people):
    browser.expected = (404,)
    browser.open("recognise")
    browser.choose("recognise-collection", people)
    microphone(speech.recording("carlo", 2))
    record(browser, "recognise-clip-record", 3)
    browser.pick("recognise-mode-verify")
    browser.click("recognise-run")
    browser.wait_text("page-recognise", "This is needed")
    for claimed, decision in (("carlo", "Yes, this is carlo"), ("june", "No, this is not june")):
        browser.write("recognise-claimed", claimed)
        browser.click("recognise-run")
        assert browser.wait_text("recognise-decision", claimed) == decision
    browser.screenshot("recognise-verify")
    browser.write("recognise-claimed", "nobody")
    browser.click("recognise-run")
    assert "nobody" in browser.wait_text("error-message", ".")


def test_who_speaks_is_told_while_they_speak(browser, microphone, people):
    turns = [("allison", 3), ("menardi", 3), ("carlo", 3)]
    sound = speech.conversation(*turns)
    microphone(sound)
    browser.open("live")
    browser.choose("live-collection", people)
    browser.click("live-start")
    browser.wait_text("live-speaker", "Allison Prompt", 20)
    assert browser.text("live-status") == "Listening."
    browser.wait_text("live-speaker", "A stranger", 20)
    browser.screenshot("live-running")
    browser.wait(lambda: len(browser.all("live-stretch")) >= 3, 30, "three stretches of speech")
    browser.click("live-stop")
    browser.wait_text("live-status", "Ended")
    # The latest stretch stands on top; the file begins anew behind its end.
    said = [row.text for row in browser.all("live-stretch")][::-1]
    for row, name in zip(said, ["Allison Prompt", "A stranger", "Carlo Prompt"]):
        assert name in row, said
    lanes = browser.run("""
      return [...document.querySelectorAll('.timeline .lane')].map((lane) => [
        lane.querySelector('.lane-name').textContent, lane.querySelectorAll('.stretch').length])""")
    assert [name for name, count in lanes[:3] if count] == ["Allison Prompt", "A stranger", "Carlo Prompt"]
    starts = browser.run("""
      return [...document.querySelectorAll('.timeline .stretch')].map((bar) => bar.getBoundingClientRect().left)""")
    assert starts[0] < starts[1] < starts[2]
    browser.screenshot("live-ended")


def test_a_file_is_recognised_while_it_plays_and_the_stream_ends_with_it(browser, clips, people):
    browser.open("live")
    browser.choose("live-collection", people)
    browser.pick("live-source-file")
    browser.click("live-start")
    assert browser.wait_text("error-message", ".") == "Choose a file first."
    browser.upload("live-file", clips["ivrvoice-0"])
    browser.wait_text("page-live", "ivrvoice-0.wav")
    browser.click("live-start")
    browser.wait_text("live-answers", "Ivrvoice Prompt", 30)
    browser.wait_text("live-status", "Ended", 30)
    assert browser.get("live-start").is_displayed()
