"""Every page on narrow and wide screens, in both themes and languages, for keyboards and for screen readers."""

import re

import pytest
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

import cluster as cluster_module
import speech
from test_voices import heard

ASSETS = cluster_module.ROOT / "services" / "console" / "Web" / "assets"
SCREENS = [(1600, "light", "en"), (1600, "dark", "zh"), (380, "dark", "en"), (380, "light", "zh"), (900, "light", "en")]
PAGES = ["contrast", "recognise", "live", "people", "person", "enrol", "jobs", "job", "compare", "epochs", "status"]

# Elements that stick out of the screen and are not inside of something that scrolls by itself.
STICKING_OUT = """
const out = [];
for (const element of document.querySelectorAll('body *')) {
  const box = element.getBoundingClientRect();
  if (!element.checkVisibility() || box.width === 0 || box.height === 0
      || (box.right <= innerWidth + 1 && box.left >= -1)) continue;
  let scrolls = false;
  for (let parent = element.parentElement; parent; parent = parent.parentElement) {
    if (parent !== document.body && getComputedStyle(parent).overflowX !== 'visible') scrolls = true;
  }
  if (!scrolls && getComputedStyle(element).clipPath === 'none') out.push(element.outerHTML.slice(0, 120));
}
return out;
"""

# Contrast by WCAG 2 of every text that is to be seen, and of the frames of controls, with what is behind them.
CONTRAST = """
const probe = new OffscreenCanvas(1, 1).getContext('2d', { willReadFrequently: true });
const parse = (colour) => {
  probe.clearRect(0, 0, 1, 1);
  probe.fillStyle = colour;
  probe.fillRect(0, 0, 1, 1);
  const [r, g, b, a] = probe.getImageData(0, 0, 1, 1).data;
  return [r, g, b, a / 255];
};
const over = ([r, g, b, a], [x, y, z]) => [r * a + x * (1 - a), g * a + y * (1 - a), b * a + z * (1 - a), 1];
const behind = (element) => {
  const layers = [];
  for (let at = element; at; at = at.parentElement) layers.push(parse(getComputedStyle(at).backgroundColor));
  const page = parse(getComputedStyle(document.body).backgroundColor);
  return layers.reverse().reduce((below, layer) => over(layer, below), page);
};
const light = ([r, g, b]) => {
  const [x, y, z] = [r, g, b].map((v) => v / 255).map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4));
  return 0.2126 * x + 0.7152 * y + 0.0722 * z;
};
const ratio = (front, back) => {
  const [a, b] = [light(over(front, back)), light(back)];
  return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
};
const poor = [];
let looked = 0;
const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
while (walker.nextNode()) {
  const text = walker.currentNode.data.trim();
  const element = walker.currentNode.parentElement;
  if (!text || element.closest('script, noscript, [disabled], [aria-disabled=true], .hidden-visually, .skip')) continue;
  if (!element.checkVisibility({ opacityProperty: true, visibilityProperty: true })) continue;
  const style = getComputedStyle(element);
  const colour = parse(element instanceof SVGElement ? style.fill : style.color);
  const value = ratio(colour, behind(element));
  looked += 1;
  if (value < 4.5) poor.push(`${value.toFixed(2)} ${text.slice(0, 40)}`);
}
for (const control of document.querySelectorAll('main .input, main .button:not(.button-link, .button-plain)')) {
  if (control.disabled || !control.checkVisibility()) continue;
  const value = ratio(parse(getComputedStyle(control).borderColor), behind(control.parentElement));
  if (value < 3) poor.push(`${value.toFixed(2)} frame of ${control.textContent || control.dataset.testid}`);
}
return [looked, poor];
"""


@pytest.fixture(scope="module")
def show(chromium, people, candidate, clips):
    """Brings up a page with something on it."""
    _, job = candidate

    def shown(browser, page: str) -> None:
        routes = {"person": "people", "enrol": "people", "job": f"jobs/{job}", "compare": f"compare/{job}/{job}"}
        browser.open(routes.get(page, page))
        if page in ("people", "person", "enrol"):
            browser.choose("people-collection", people)
            browser.settle()
            browser.wait(lambda: browser.all("person-open"), what="the people")
        if page == "person":
            browser.click("person-open")
            browser.wait(lambda: browser.all("utterance"), what="the person")
        if page == "enrol":
            browser.click("people-enrol")
            browser.upload("enrol-file", clips["short"])
            browser.wait(lambda: browser.all("take"), what="a take")
        if page == "contrast" and not browser.all("contrast-decision"):
            for place, clip in (("first", "june-0"), ("second", "june-2")):
                browser.upload(f"contrast-{place}-file", clips[clip])
            browser.wait(lambda: len(browser.all("clip-quality")) == 2, what="the clips")
            browser.click("contrast-run")
            browser.wait_text("contrast-decision", ".")
        if page == "recognise":
            browser.choose("recognise-collection", people)
            browser.upload("recognise-clip-file", clips["carlo-0"])
            browser.wait(lambda: browser.all("clip-quality"), what="the clip")
            browser.click("recognise-run")
            browser.wait_text("recognise-decision", ".")
        if page in ("job", "compare"):
            drawn = "return document.querySelector('[data-testid=chart-eer] svg.chart')?.dataset.points ?? ''"
            browser.wait(lambda: browser.run(drawn), what="curves")
        browser.settle()

    return shown


@pytest.mark.parametrize("page", PAGES)
def test_a_page_fits_its_screen_and_can_be_read(browser, show, page):
    show(browser, page)
    for width, theme, language in SCREENS:
        browser.resize(width)
        browser.theme(theme)
        browser.language(language)
        # Charts and canvases are drawn anew at the next frame.
        browser.driver.execute_async_script("requestAnimationFrame(() => requestAnimationFrame(arguments[0]))")
        where = f"{page}-{width}-{theme}-{language}"
        if width != 900:
            browser.screenshot(where)
        assert browser.overflow() <= 0, where
        assert browser.run(STICKING_OUT) == [], where
        looked, poor = browser.run(CONTRAST)
        assert looked > 10 and poor == [], (where, poor)
    browser.language("en")
    browser.resize(1600)
    check_accessibility(browser, page)


NAMED = {
    "button", "link", "textbox", "searchbox", "combobox", "checkbox", "radio", "spinbutton", "slider", "img", "image",
    "progressbar", "meter", "region", "navigation", "dialog", "table", "radiogroup", "Audio", "DisclosureTriangle",
}


def check_accessibility(browser, page: str) -> None:
    """What Chromium tells screen readers: everything to act on has a name, and the page its landmarks."""
    browser.driver.execute_cdp_cmd("Accessibility.enable", {})
    nodes = [node for node in browser.driver.execute_cdp_cmd("Accessibility.getFullAXTree", {})["nodes"]
             if not node.get("ignored")]
    browser.driver.execute_cdp_cmd("Accessibility.disable", {})
    role = {node["nodeId"]: node["role"]["value"] for node in nodes}
    unnamed = [(node["role"]["value"], node.get("backendDOMNodeId")) for node in nodes
               if node["role"]["value"] in NAMED and not node.get("name", {}).get("value", "").strip()]
    assert unnamed == [], (page, unnamed)
    roles = list(role.values())
    for landmark in ("banner", "navigation", "main"):
        assert landmark in roles, (page, landmark)
    assert roles.count("main") == roles.count("banner") == 1
    assert browser.run("return document.querySelectorAll('h1').length") == 1
    levels = browser.run("return [...document.querySelectorAll('h1, h2, h3, h4')].filter((h) => h.checkVisibility())"
                         ".map((h) => Number(h.tagName[1]))")
    assert levels[0] == 1 and all(after <= before + 1 for before, after in zip(levels, levels[1:])), (page, levels)
    identifiers = browser.run("return [...document.querySelectorAll('[id]')].map((element) => element.id)")
    assert len(identifiers) == len(set(identifiers))
    title = browser.driver.title
    assert title.endswith("– Voiceprint") and len(title) > len("– Voiceprint") + 2


def test_results_and_errors_are_read_out(browser, show):
    live = {"contrast": ["contrast-result"], "recognise": ["recognise-result"], "enrol": ["enrol-result"]}
    for page, places in live.items():
        show(browser, page)
        for place in [*places, "notices"]:
            element = browser.all(place)[0]
            assert element.get_attribute("aria-live") == "polite", place
    browser.open("live")
    assert browser.run("return arguments[0].closest('[aria-live=polite]') !== null", browser.get("live-speaker"))
    browser.expected = (404,)
    browser.open("jobs/job-99999")
    assert browser.get("error").get_attribute("role") == "alert"
    assert "does not exist" in browser.text("error") and browser.get("error-retry").is_displayed()
    browser.screenshot("job-unknown")


def press(browser, *keys: str) -> None:
    # To the browser, not to an element: a file input would take keys for paths.
    ActionChains(browser.driver).send_keys(*keys).perform()


def tab_to(browser, testid: str, most: int = 60) -> None:
    """Goes on with Tab until the focus is there; wherever it is on the way, it is to be seen."""
    for _ in range(most):
        press(browser, Keys.TAB)
        seen, name = browser.run("""
          const active = document.activeElement;
          // A control that is drawn by its label shows the focus there.
          const shown = getComputedStyle(active).opacity === '0' ? active.nextElementSibling : active;
          const style = getComputedStyle(shown);
          return [style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2 || active.tagName === 'AUDIO',
            active.dataset.testid ?? active.outerHTML.slice(0, 100)];""")
        assert seen, name
        if name == testid:
            return
    raise AssertionError(f"Tab does not lead to {testid}")


def test_the_main_paths_need_no_mouse(browser, microphone, people):
    browser.open("status")
    browser.driver.refresh()
    browser.settle()
    # Past the navigation with the first Tab.
    press(browser, Keys.TAB)
    assert browser.run("return document.activeElement.id") == "skip"
    press(browser, Keys.ENTER)
    assert browser.run("return document.activeElement.id") == "main"
    # By the navigation to a page, whose heading has the focus then.
    browser.run("document.activeElement.blur()")
    tab_to(browser, "nav-recognise")
    press(browser, Keys.ENTER)
    browser.wait(lambda: browser.run("return document.querySelector('h1:focus')?.textContent") == "Recognise",
                 what="the focus on the heading")
    browser.settle()
    browser.choose("recognise-collection", people)
    browser.run("document.querySelector('h1').focus()")
    # A recording, started and stopped by the keyboard, and its question.
    microphone(speech.recording("june", 7))
    tab_to(browser, "recognise-clip-record")
    press(browser, Keys.SPACE)
    browser.wait(lambda: heard(browser, "recognise-clip-drop") >= 3, 20, "a recording")
    press(browser, Keys.SPACE)
    browser.wait(lambda: browser.all("clip-quality"), what="the recording")
    tab_to(browser, "recognise-mode-identify")
    press(browser, Keys.ARROW_RIGHT)
    assert browser.get("recognise-claimed").is_displayed()
    press(browser, Keys.ARROW_LEFT)
    tab_to(browser, "recognise-run")
    press(browser, Keys.ENTER)
    assert browser.wait_text("recognise-decision", ".") == "June Prompt"
    # A dialog takes the focus and gives it back.
    browser.open("people")
    tab_to(browser, "collection-new")
    press(browser, Keys.ENTER)
    browser.get("collection-dialog")
    assert browser.run("return document.activeElement.dataset.testid") == "collection-name"
    press(browser, Keys.ESCAPE)
    browser.wait(lambda: not browser.all("collection-dialog"), what="a closed dialog")
    assert browser.run("return document.activeElement.dataset.testid") == "collection-new"
    # A person is opened from the list and closed again.
    browser.choose("people-collection", people)
    browser.settle()
    browser.run("arguments[0].focus()", browser.get("people-search"))
    tab_to(browser, "person-open")
    press(browser, Keys.ENTER)
    browser.wait(lambda: browser.run("return document.activeElement.tagName") == "H2", what="the focus on the person")


def test_the_menu_of_narrow_screens(browser):
    browser.open("contrast")
    browser.resize(380)
    assert not browser.all("nav")[0].is_displayed()
    browser.click("menu")
    assert browser.get("menu").get_attribute("aria-expanded") == "true"
    browser.screenshot("menu")
    browser.get("nav-jobs").send_keys(Keys.ESCAPE)
    assert not browser.all("nav")[0].is_displayed()
    assert browser.run("return document.activeElement.id") == "menu"
    browser.click("menu")
    browser.click("nav-status")
    browser.wait_text("page-status", "Status")
    assert not browser.all("nav")[0].is_displayed()


def test_the_theme_follows_the_system_until_one_is_chosen(browser):
    def background() -> str:
        return browser.run("return getComputedStyle(document.body).backgroundColor")

    browser.open("status")
    browser.theme("system")
    seen = {}
    for scheme in ("light", "dark"):
        browser.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {
            "features": [{"name": "prefers-color-scheme", "value": scheme}]})
        seen[scheme] = background()
    assert seen["light"] != seen["dark"]
    browser.theme("light")
    assert background() == seen["light"]
    browser.driver.refresh()
    browser.settle()
    assert background() == seen["light"] and browser.get("theme").get_attribute("value") == "light"
    browser.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": []})


@pytest.fixture(scope="module")
def texts(chromium):
    """The catalogues, as the page itself reads them."""
    read = """
      const done = arguments[0];
      Promise.all([import('/assets/lib/i18n/en.js'), import('/assets/lib/i18n/zh.js')])
        .then(([{ en }, { zh }]) => done({ en, zh }), (error) => done(String(error)));"""
    found = chromium.driver.execute_async_script(read)
    assert isinstance(found, dict), found
    return found


def patterns(text) -> list[str]:
    return list(text.values()) if isinstance(text, dict) else [text]


def test_both_languages_have_the_same_texts_with_the_same_parameters(texts):
    assert texts["en"].keys() == texts["zh"].keys() and len(texts["en"]) > 200
    for key in texts["en"]:
        forms = [set(re.findall(r"{(\w+)}", one)) for language in texts for one in patterns(texts[language][key])]
        # 'One recording' may say its count in a word.
        assert all(one - {"count"} == forms[0] - {"count"} for one in forms), key
        assert all(one.strip() == one and one for language in texts for one in patterns(texts[language][key])), key


def test_every_text_that_the_pages_use_is_there_and_every_one_is_used(texts):
    keys = set(texts["en"])
    code = {file: file.read_text() for file in ASSETS.rglob("*.js") if file.parent.name != "i18n"}
    literal, made = set(), []
    for file, text in code.items():
        for call in re.findall(r"\b(?:t|has)\(\s*('[^']*'|`[^`]*`)", text):
            if call[0] == "'":
                assert call.strip("'") in keys, (file.name, call)
        literal |= set(re.findall(r"'([a-z]+(?:\.[A-Za-z_]+)?)'", text))
        made += re.findall(r"`([^`/ ]*\$\{[^`]*?\}[^`/ ]*)`", text)
    shapes = [re.compile(re.sub(r"\\\$\\\{.*?\\\}", "[A-Za-z_]+", re.escape(shape)) + "$")
              for shape in made if "." in shape]
    # Keys that are made of words have to be made of words that there are.
    for shape in shapes:
        prefix = shape.pattern.split("\\.")[0]
        if prefix in {key.split(".")[0] for key in keys}:
            assert any(shape.match(key) for key in keys), shape.pattern
    assert [key for key in keys if key not in literal and not any(shape.match(key) for shape in shapes)] == []


def test_a_change_of_language_changes_all_of_the_page_where_it_stands(browser, show, texts):
    english = {one for key, text in texts["en"].items() for one in patterns(text) if text != texts["zh"][key]}
    for page in PAGES:
        show(browser, page)
        browser.run("window.same = true")
        browser.language("zh")
        seen = browser.run("""
          const all = [];
          const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT | NodeFilter.SHOW_ELEMENT);
          while (walker.nextNode()) {
            const node = walker.currentNode;
            if (node.nodeType === Node.TEXT_NODE) all.push(node.data.trim());
            else all.push(...['aria-label', 'title', 'data-label'].map((name) => node.getAttribute(name) ?? ''));
          }
          return all.filter(Boolean)""")
        assert [text for text in seen if text in english] == [], page
        # A key in the place of its text would be a text that is missing.
        assert [text for text in seen if text in texts["en"]] == [], page
        assert browser.run("return window.same && document.documentElement.lang") == "zh-CN"
        browser.language("en")


def test_a_browser_that_speaks_chinese_is_answered_in_chinese(browser):
    browser.run("localStorage.clear()")
    browser.driver.execute_cdp_cmd("Emulation.setUserAgentOverride", {
        "userAgent": browser.run("return navigator.userAgent"), "acceptLanguage": "zh-TW,zh;q=0.9,en;q=0.5"})
    browser.driver.refresh()
    browser.settle()
    assert browser.get("language").get_attribute("value") == "zh"
    browser.driver.execute_cdp_cmd("Emulation.setUserAgentOverride", {
        "userAgent": browser.run("return navigator.userAgent"), "acceptLanguage": "en-GB"})
    browser.driver.refresh()
    browser.settle()
    assert browser.get("language").get_attribute("value") == "en"


def test_no_style_and_no_script_stands_in_the_document(browser, show):
    """The policy would refuse them; this says where one was forgotten."""
    show(browser, "contrast")
    assert browser.run("return document.querySelectorAll('script:not([src])').length") == 0
    assert browser.driver.find_elements(By.CSS_SELECTOR, "[onclick], [onload], [onerror], style") == []
