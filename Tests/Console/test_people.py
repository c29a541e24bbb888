"""Enrolling, finding, hearing and removing people in the browser."""

import io
import wave

from selenium.webdriver.common.by import By

import speech
from test_voices import record


def wait_rows(browser, *names: str) -> None:
    """Waits until the list has exactly these people."""
    def shown():
        return sorted(row.text for row in browser.all("person-open")) == sorted(names)
    browser.wait(shown, what=f"the list {names}")


def open_people(browser, collection: str) -> None:
    browser.open("people")
    browser.choose("people-collection", collection)
    browser.settle()


def test_a_collection_is_made_and_deleted(browser, console):
    browser.open("people")
    browser.click("collection-new")
    browser.click("collection-dialog-confirm")
    browser.wait_text("collection-dialog", "Give a name")
    browser.write("collection-name", "守夜人")
    browser.choose("collection-retain", "encrypted")
    browser.screenshot("people-new-collection")
    browser.click("collection-dialog-confirm")
    browser.wait_text("page-people", "Recordings are kept, encrypted")
    browser.wait_text("page-people", "Nobody is enrolled yet")
    made = console.ok("GET", "collections", "守夜人")
    assert made["retainAudio"] == "encrypted" and made["speakerCount"] == 0
    browser.screenshot("people-empty")
    browser.click("collection-delete")
    browser.click("collection-delete-dialog-cancel")
    assert console.api("GET", "collections", "守夜人").status == 200
    browser.click("collection-delete")
    browser.click("collection-delete-dialog-confirm")
    browser.wait_text("notices", "守夜人 was deleted with 0 people")
    assert console.api("GET", "collections", "守夜人").status == 404


def test_a_person_is_enrolled_with_files_and_the_microphone(browser, console, clips, people, microphone):
    open_people(browser, people)
    browser.click("people-enrol")
    browser.click("enrol-submit")
    browser.wait_text("enrol-form", "Give a name")
    browser.write("enrol-id", "menardi 小姐")
    browser.write("enrol-name", "Menardi O'Neil")
    browser.click("enrol-submit")
    browser.wait_text("error-message", "At least one recording")
    browser.upload("enrol-file", clips["menardi-1"], clips["menardi-2"])
    browser.wait(lambda: len(browser.all("take")) == 2, what="two takes")
    browser.wait_text("enrol-form", "work best; 2 so far")
    microphone(speech.recording("menardi", 3))
    record(browser, "enrol-record", 3)
    browser.wait_text("enrol-form", "3 recordings: enough")
    browser.screenshot("people-enrol")
    browser.click("enrol-submit")
    browser.wait_text("enrol-result", "Menardi O'Neil is enrolled with 3 recordings", 30)
    wait_rows(browser, "Allison Prompt", "June Prompt", "Carlo Prompt", "Ivrvoice Prompt", "Menardi O'Neil")
    browser.wait_text("people-collection", r"staff \(5\)")
    person = console.ok("GET", "collections", people, "speakers", "menardi 小姐")
    assert [take["hasAudio"] for take in person["utterances"]] == [True] * 3
    # The console's microphone records at its own rate, the files were of 8 kHz.
    assert [take["report"]["sampleRateHz"] for take in person["utterances"][:2]] == [8000, 8000]
    assert person["utterances"][2]["report"]["sampleRateHz"] >= 16000
    assert 2.5 < person["utterances"][2]["report"]["durationSeconds"] < 6
    browser.screenshot("people-enrolled")
    # And is removed again, but not by a stray click.
    browser.click("enrol-open")
    browser.wait(lambda: len(browser.all("utterance")) == 3, what="three recordings")
    browser.click("person-remove")
    assert browser.run("return document.activeElement.dataset.testid") == "person-remove-dialog-cancel"
    browser.screenshot("people-remove")
    browser.click("person-remove-dialog-cancel")
    assert console.api("GET", "collections", people, "speakers", "menardi 小姐").status == 200
    browser.click("utterance-remove")
    browser.click("utterance-remove-dialog-confirm")
    browser.wait(lambda: len(browser.all("utterance")) == 2, what="two recordings")
    browser.click("person-remove")
    browser.click("person-remove-dialog-confirm")
    browser.wait_text("notices", "Menardi O'Neil was removed")
    wait_rows(browser, "Allison Prompt", "June Prompt", "Carlo Prompt", "Ivrvoice Prompt")
    assert console.api("GET", "collections", people, "speakers", "menardi 小姐").status == 404


def test_what_is_wrong_with_a_recording_is_told_before_it_is_sent(browser, clips, people, microphone):
    open_people(browser, people)
    browser.click("people-enrol")
    browser.upload("enrol-file", clips["short"], clips["clipped"], clips["noisy"], clips["june-1"])
    browser.wait(lambda: len(browser.all("take")) == 4, what="four takes")
    notes = [take.find_elements(By.CSS_SELECTOR, "[data-testid^=quality-]") for take in browser.all("take")]
    told = [[note.get_attribute("data-testid") for note in of_take] for of_take in notes]
    assert told == [["quality-short"], ["quality-clipped"], ["quality-noisy"], []]
    # The same of the microphone, whose meter tells it while it is recorded.
    microphone(speech.clipped("june", 5))
    browser.click("enrol-record")
    browser.wait_text("enrol-drop", "Too loud")
    browser.click("enrol-record")
    browser.wait(lambda: len(browser.all("take")) == 5, what="the recording")
    assert browser.all("take")[4].find_elements(By.CSS_SELECTOR, "[data-testid=quality-clipped]")
    browser.screenshot("people-quality")
    browser.click("take-remove", 4)
    assert len(browser.all("take")) == 4


def test_a_retained_recording_is_heard_and_is_what_was_sent(browser, console, people):
    open_people(browser, people)
    browser.click("person-open", 0)
    browser.wait(lambda: len(browser.all("utterance")) == 3, what="three recordings")
    browser.click("utterance-play")
    heard = browser.wait(lambda: browser.run(
        "const a = document.querySelector('[data-testid=utterance] audio');"
        "return a && a.duration > 0 && a.currentTime > 0 ? a.duration : null"), what="the sound of the recording")
    sent = speech.recording("allison", 8)
    assert abs(heard - speech.seconds(sent)) < 0.05
    browser.screenshot("people-play")
    person = console.ok("GET", "collections", people, "speakers", "allison")
    take = person["utterances"][0]["utteranceId"]
    kept = console.api("GET", "collections", people, "speakers", "allison", "utterances", take, "audio")
    assert kept.body == sent and kept.headers["Content-Type"] == "audio/wav"
    with wave.open(io.BytesIO(kept.body)) as reader:
        assert reader.getframerate() == speech.RATE
    # Where nothing is kept there is nothing to play.
    open_people(browser, "guests")
    browser.click("person-open", 0)
    browser.wait_text("person-details", "Only its voiceprint is kept")
    assert browser.all("utterance-play") == []


def test_people_are_found_by_a_part_of_their_name_page_by_page(browser, console, people):
    console.ok("POST", "collections", body={"collection": "crowd"})
    sample = speech.short("june", 3)
    for number in range(53):
        name = "王小明" if number in (7, 31) else f"Member {number:02}"
        console.enrol("crowd", f"member-{number:02}", sample, name=name)
    open_people(browser, "crowd")
    assert len(browser.all("person-row")) == 50
    browser.click("page-next")
    wait_rows(browser, "Member 50", "Member 51", "Member 52")
    assert not browser.get("page-next").is_enabled()
    browser.click("page-previous")
    browser.wait(lambda: len(browser.all("person-row")) == 50, what="the first page")
    browser.write("people-search", "小明")
    wait_rows(browser, "王小明", "王小明")
    browser.write("people-search", "BER-4")
    wait_rows(browser, *[f"Member {number}" for number in range(40, 50)])
    browser.screenshot("people-search")
    browser.write("people-search", "nobody like that")
    browser.wait_text("people", "Nobody matches")
    console.ok("DELETE", "collections", "crowd")
