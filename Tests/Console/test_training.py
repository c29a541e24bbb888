"""Trainings, epochs and the cluster in the browser."""

import os
import signal

import pytest
from selenium.webdriver.common.by import By

import speech
from conftest import configuration

CURVES = ["loss", "accuracy", "rate", "eer"]


COUNTS = """
const shown = (curve) => document.querySelector(`[data-testid=chart-${curve}] svg.chart`)?.dataset.points ?? '';
return Object.fromEntries(arguments[0].map((curve) => [curve, shown(curve).split(' ').filter(Boolean)]));
"""


def counts(browser) -> dict[str, list[int]]:
    """How many points each line of each chart has, all at one moment."""
    return {curve: [int(count) for count in lines] for curve, lines in browser.run(COUNTS, CURVES).items()}


def points(browser, curve: str) -> list[int]:
    return counts(browser)[curve]


@pytest.fixture
def no_job_stays(console):
    """Whatever a test submitted ends with it, so that the next one need not wait."""
    yield
    for state in ("running", "queued"):
        for job in console.ok("GET", "jobs", query={"state": state})["jobs"]:
            console.ok("POST", "jobs", job["job"], "cancel")


def test_a_job_is_checked_submitted_watched_and_cancelled(browser, console, dataset, folder, no_job_stays):
    browser.expected = (400,)
    browser.open("jobs")
    browser.click("jobs-submit")
    browser.choose("submit-dataset", dataset)
    browser.click("submit-dialog-confirm")
    browser.wait_text("submit-dialog", "This is needed")
    (folder / "wrong.yml").write_text(configuration(1).replace("max_epoch", "max_epochs"))
    browser.upload("submit-file", folder / "wrong.yml")
    browser.wait(lambda: "max_epochs" in browser.get("submit-configuration").get_attribute("value"), what="the file")
    browser.click("submit-validate")
    assert "train_conf.max_epochs" in browser.wait_text("submit-validation", "max_epochs")
    browser.screenshot("jobs-refused")
    browser.write("submit-configuration", configuration(1000))
    browser.click("submit-validate")
    browser.wait_text("submit-validation", "The job is valid")
    browser.screenshot("jobs-submit")
    assert console.ok("GET", "jobs", query={"state": "running"})["jobs"] == []
    browser.click("submit-dialog-confirm")
    browser.wait_text("page-job", "Job job-")
    job = browser.run("return location.hash").removeprefix("#/jobs/")
    browser.wait_text("job-state", "running", 30)
    # The curves grow while the page is looked at.
    browser.wait(lambda: points(browser, "loss")[:1] >= [5] and points(browser, "eer")[:1] >= [2], 30,
                 "the first passes")
    early = counts(browser)
    browser.wait(lambda: all(later[0] > early[curve][0] + 2 for curve, later in counts(browser).items()), 30,
                 "growing curves")
    seen = counts(browser)
    assert seen["loss"] == seen["accuracy"] == seen["rate"]
    browser.wait_text("job-progress", r"Pass \d+ of 1,000, batch \d of \d")
    browser.wait_text("job-log", r"Pass \d+: EER")
    browser.screenshot("job-running")
    browser.open("jobs")
    row = next(row for row in browser.all("job-row") if job in row.text)
    assert "running" in row.text
    browser.screenshot("jobs-running")
    browser.open(f"jobs/{job}")
    browser.click("job-cancel")
    browser.click("job-cancel-dialog-confirm")
    browser.wait(lambda: browser.text("job-state") == "cancelled", 30, "the end of the job")
    assert not browser.all("job-cancel")[0].is_displayed()
    assert console.ok("GET", "jobs", job)["state"] == "cancelled"
    browser.screenshot("job-cancelled")


def test_a_finished_job_shows_its_curves_and_two_are_compared(browser, console, dataset, candidate):
    epoch, first = candidate
    second = console.ok("POST", "jobs", body={
        "spec": {"dataset": dataset, "configuration": configuration(4), "seed": 5}})["job"]
    browser.open(f"jobs/{second}")
    browser.wait(lambda: browser.text("job-state") == "finished", 40, "the end of the job")
    browser.wait(lambda: points(browser, "eer") == [4], what="the evaluations")
    answer = console.ok("GET", "jobs", second)
    assert answer["candidateEpoch"] in browser.text("job-facts")
    assert browser.get("job-bar").get_attribute("aria-valuenow") == "100"
    browser.wait_text("job-log", f"Epoch {answer['candidateEpoch']} was published")
    # What the chart says of a place is what the job's events said.
    told = [data for name, data, _ in console.events(f"jobs/{second}/events") if name == "evaluation"]
    chart = browser.get("chart-eer").find_element(By.CSS_SELECTOR, "svg.chart")
    chart.send_keys("\ue011")  # Home
    browser.wait_text("chart-eer-value", f"Pass 1: {100 * told[0]['eer']:.1f}%")
    browser.screenshot("job-finished")
    browser.open("jobs")
    assert not browser.get("jobs-compare").is_enabled()
    for job in (first, second):
        box = next(row for row in browser.all("job-row") if row.text.split()[0] == job)
        box.find_element(By.CSS_SELECTOR, "input").click()
    browser.click("jobs-compare")
    browser.wait_text("page-compare", "Compare jobs")
    browser.wait(lambda: points(browser, "eer") == [6, 4] and len(points(browser, "loss")) == 2, what="both curves")
    assert first in browser.text("chart-loss") and second in browser.text("chart-loss")
    differences = browser.text("compare-differences")
    assert "max_epoch: 6" in differences and "max_epoch: 4" in differences
    browser.screenshot("compare")


def states(browser) -> list[str]:
    """How far the promotions of the list are, newest first."""
    return browser.run("return [...document.querySelectorAll('[data-promotion]')].map((row) => row.dataset.state)")


def test_a_candidate_is_promoted_and_rolled_back(browser, console, candidate):
    epoch, job = candidate
    shift = "night shift"
    old = console.ok("POST", "collections", body={"collection": shift, "retainAudio": "encrypted"})["epoch"]
    for person in ("allison", "june", "carlo"):
        console.enrol(shift, person, *[speech.recording(person, index) for index in (3, 6, 9, 11)])
    browser.open("epochs")
    row = browser.run("return document.querySelector(`[data-epoch='${arguments[0]}']`)", epoch)
    evaluation = console.ok("GET", "epochs", epoch)["provenance"]["evaluation"]
    assert f"{100 * evaluation['eer']:.2f}%" in row.text and job in row.text and "a candidate" in row.text
    browser.screenshot("epochs")
    row.find_element(By.CSS_SELECTOR, "[data-testid=epoch-manifest]").click()
    browser.wait_text("manifest", "TDNN")
    browser.click("manifest-confirm")
    row.find_element(By.CSS_SELECTOR, "[data-testid=epoch-promote]").click()
    browser.choose("promote-collection", shift)
    browser.click("promote-check")
    browser.wait_text("promote-check-result", "12 recordings will be embedded again")
    browser.screenshot("epochs-promote")
    # Slow enough to be seen.
    browser.run("arguments[0].querySelector('details').open = true", browser.get("promote-dialog"))
    browser.write("promote-rate", "4")
    browser.click("promote-dialog-confirm")
    browser.wait_text("promotion-progress", r"[1-9]\d* of 12 recordings", 30)
    step = browser.run("return document.querySelector('.steps [aria-current=step]').textContent")
    assert step == "making voiceprints"
    browser.screenshot("epochs-promoting")
    browser.wait(lambda: states(browser)[:1] == ["draining"], 40, "the flip")
    assert console.ok("GET", "collections", shift)["epoch"] == epoch
    browser.wait(lambda: shift in browser.run(
        "return document.querySelector(`[data-epoch='${arguments[0]}']`).textContent", epoch), what="its collection")
    browser.screenshot("epochs-promoted")
    browser.click("rollback")
    browser.wait_text("promotion-rollback", f"goes back to {old}")
    browser.click("promotion-rollback-confirm")
    browser.wait(lambda: states(browser)[:2] == ["draining", "rolledback"], 40, "the way back")
    assert console.ok("GET", "collections", shift)["epoch"] == old
    browser.screenshot("epochs-rolled-back")
    console.ok("DELETE", "collections", shift)


def test_who_must_be_enrolled_again_is_marked(browser, console, people, candidate):
    epoch, _ = candidate
    started = console.ok("POST", "promotions", body={
        "collection": "guests", "toEpoch": epoch, "unretainedPolicy": "proceed"})
    # It drains for a day: the events go on when what is waited for has come.
    seen = (data for name, data, _ in console.events(f"promotions/{started['promotionId']}/events"))
    flipped = next(data for data in seen if data.get("state") not in ("staging", "reembedding", "flipping"))
    assert flipped["state"] == "draining" and flipped["speakersWithoutAudio"] == 1
    browser.open("people")
    browser.choose("people-collection", "guests")
    assert browser.wait_text("person-badge", ".") == "enrol again"
    browser.click("people-filter")
    browser.wait(lambda: len(browser.all("person-row")) == 1, what="the one person")
    browser.click("person-open")
    browser.wait_text("person-reenrol", "until enrolled again")
    browser.screenshot("people-enrol-again")
    browser.choose("people-collection", people)
    browser.wait_text("people", "Nobody matches")


def test_the_status_shows_every_service_and_what_replicas_have_loaded(browser, console, cluster):
    browser.open("status")
    browser.wait_text("status-summary", "All 5 services are serving")
    rows = [row.text for row in browser.all("service-row")]
    for process in cluster.status()["processes"]:
        if process["service"] in ("gateway", "registry", "trainer", "embedding"):
            row = next(row for row in rows if f"127.0.0.1:{process['port']}" in row)
            assert process["service"] in row and "serving" in row and "ms" in row
    replicas = [row.text for row in browser.all("replica-row")]
    epoch = console.ok("GET", "status")["defaultEpoch"]
    assert len(replicas) == 2 and all(epoch in row and "ready" in row for row in replicas)
    browser.screenshot("status")
    # A service that hangs is seen to, and seen to be back, without a reload.
    trainer = cluster.process("trainer")["pid"]
    os.kill(trainer, signal.SIGSTOP)
    try:
        browser.wait_text("status-summary", "1 of 5 services are not serving", 20)
        assert "not serving" in next(row.text for row in browser.all("service-row") if "trainer" in row.text)
        browser.screenshot("status-ill")
    finally:
        os.kill(trainer, signal.SIGCONT)
    browser.wait_text("status-summary", "All 5 services are serving", 20)
