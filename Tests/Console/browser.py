"""A headless Chromium with a microphone that plays a file, and what tests ask of it."""

import base64
import pathlib
import re

from selenium import webdriver
from selenium.common.exceptions import NoSuchElementException, StaleElementReferenceException
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import Select, WebDriverWait

ARGUMENTS = [
    "--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", "--hide-scrollbars", "--mute-audio",
    "--lang=en-GB", "--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream",
    "--disable-background-networking", "--disable-component-update", "--no-first-run",
]
# Notes what went wrong from the first script of the page on; it runs before the page's own and outside of its policy.
WATCH = """
window.problems = [];
addEventListener('securitypolicyviolation',
  (event) => problems.push(`policy: ${event.violatedDirective} ${event.blockedURI}`));
addEventListener('error', (event) => problems.push(`error: ${event.message}`));
addEventListener('unhandledrejection', (event) => problems.push(`rejection: ${event.reason}`));
"""
# What a page says while it waits for an answer that the test provoked to be an error.
NETWORK = re.compile(r"Failed to load resource: the server responded with a status of (\d+)")


class Browser:
    def __init__(self, address: str, microphone: pathlib.Path, screenshots: pathlib.Path):
        self.address = address
        self.screenshots = screenshots
        screenshots.mkdir(parents=True, exist_ok=True)
        options = webdriver.ChromeOptions()
        options.binary_location = "/usr/bin/chromium"
        for argument in [*ARGUMENTS, f"--use-file-for-fake-audio-capture={microphone}"]:
            options.add_argument(argument)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
        self.driver = webdriver.Chrome(options=options, service=Service("/usr/bin/chromedriver"))
        self.driver.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": WATCH})
        self.resize(1280)
        self.driver.get(address)

    def quit(self) -> None:
        self.driver.quit()

    # ---- Where it is -------------------------------------------------------------------------------------------------

    def open(self, route: str) -> None:
        """Goes to a page as a link does, and waits for its heading and until it has loaded."""
        current = self.run("return location.hash")
        if current == f"#/{route}":
            self.driver.refresh()
        else:
            self.run("location.hash = arguments[0]", f"#/{route}")
        self.settle()

    def settle(self) -> None:
        self.wait(lambda: self.run(
            "return document.querySelectorAll('main h1').length === 1 && !document.querySelector('main [aria-busy]')"
            " && !document.querySelector('main .waiting')"), what="the page")

    def resize(self, width: int, height: int = 900) -> None:
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", {
            "width": width, "height": height, "deviceScaleFactor": 1, "mobile": False})

    def choose(self, testid: str, value: str) -> None:
        """Chooses in a select, by the option's value."""
        Select(self.get(testid)).select_by_value(value)

    def theme(self, name: str) -> None:
        self.set_switch("theme", name)

    def language(self, tag: str) -> None:
        self.set_switch("language", tag)

    def set_switch(self, testid: str, value: str) -> None:
        # On narrow screens it lies behind the menu, which would cover the page.
        self.run("const s = document.querySelector(`[data-testid=${arguments[0]}]`); s.value = arguments[1];"
                 "s.dispatchEvent(new Event('change'))", testid, value)

    # ---- What is there -----------------------------------------------------------------------------------------------

    def run(self, script: str, *arguments):
        return self.driver.execute_script(script, *arguments)

    def all(self, testid: str) -> list:
        return [item for item in self.driver.find_elements(By.CSS_SELECTOR, f'[data-testid="{testid}"]')]

    def get(self, testid: str, seconds: float = 15):
        """The first element of the test's name that is to be seen; file inputs are never."""
        def find():
            for element in self.all(testid):
                if element.is_displayed() or element.get_attribute("type") == "file":
                    return element
            return None
        return self.wait(find, seconds, f"an element {testid}")

    def text(self, testid: str) -> str:
        return self.get(testid).text

    def click(self, testid: str, index: int = 0) -> None:
        self.get(testid)
        element = self.all(testid)[index]
        self.run("arguments[0].scrollIntoView({ block: 'center' })", element)
        element.click()

    def pick(self, testid: str) -> None:
        """Chooses one of a few that stand side by side; its label is what is to be seen of it."""
        self.run("arguments[0].click()", self.wait(lambda: self.all(testid), what=testid)[0])

    def write(self, testid: str, text: str) -> None:
        element = self.get(testid)
        element.clear()
        element.send_keys(text)

    def upload(self, testid: str, *files: pathlib.Path) -> None:
        self.get(testid).send_keys("\n".join(str(file) for file in files))

    def wait(self, condition, seconds: float = 15, what: str = "the condition"):
        waiting = WebDriverWait(self.driver, seconds, poll_frequency=0.05, ignored_exceptions=(
            NoSuchElementException, StaleElementReferenceException))
        try:
            return waiting.until(lambda _: condition())
        except Exception as error:
            self.screenshot("failure")
            body = self.run("return document.querySelector('main')?.innerText ?? ''")
            raise AssertionError(f"{what} did not come in {seconds} s; the page says:\n{body[:2000]}") from error

    def wait_text(self, testid: str, pattern: str, seconds: float = 15) -> str:
        """Waits until the text of an element matches; gives it."""
        def found():
            text = self.get(testid).text
            return text if re.search(pattern, text) else None
        return self.wait(found, seconds, f"'{pattern}' in {testid}")

    # ---- What went wrong ---------------------------------------------------------------------------------------------

    def problems(self, *expected: int) -> list[str]:
        """What the browser complained about since the last time, apart from answers of the expected statuses."""
        noted = self.run("const all = window.problems ?? []; window.problems = []; return all")
        for entry in self.driver.get_log("browser"):
            status = NETWORK.search(entry["message"])
            if status and int(status.group(1)) in expected:
                continue
            noted.append(f"{entry['level']} {entry['source']}: {entry['message']}")
        return noted

    def overflow(self) -> int:
        """By how many pixels the page is wider than the screen."""
        return self.run("return document.documentElement.scrollWidth - innerWidth")

    def screenshot(self, name: str) -> pathlib.Path:
        """Keeps a picture of the whole page, however long, without what follows the reader's place."""
        size = self.driver.execute_cdp_cmd("Page.getLayoutMetrics", {})["cssContentSize"]
        self.run("scrollTo(0, 0)")
        width, height = self.run("return [innerWidth, innerHeight]")
        picture = self.driver.execute_cdp_cmd("Page.captureScreenshot", {
            "format": "png", "captureBeyondViewport": True,
            "clip": {"x": 0, "y": 0, "width": width, "height": min(6000, max(height, size["height"])), "scale": 1}})
        file = self.screenshots / f"{name}.png"
        file.write_bytes(base64.b64decode(picture["data"]))
        return file
