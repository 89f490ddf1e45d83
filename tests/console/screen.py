"""Where things are on the console's screens, by the hooks of its contract."""

import io
import re
from urllib.parse import quote

from PIL import Image
from playwright.sync_api import Locator, Page, expect

NUMBER = re.compile(r"^\d+(\.\d)?$")


def quoted(text: str) -> str:
    """A text as a CSS string."""
    escaped = re.sub(r'["\\]', r"\\\g<0>", text)
    return f'"{escaped}"'


def hook(within: Page | Locator, name: str) -> Locator:
    return within.locator(f"[data-testid={name}]")


def tile(page: Page, patient_id: str) -> Locator:
    return page.locator(f"[data-state][data-patient={quoted(patient_id)}]")


def tiles(page: Page) -> Locator:
    return page.locator("[data-state]:visible")


def vital(within: Page | Locator, name: str) -> Locator:
    return within.locator(f"[data-vital={name}]")


def tile_of_bed(page: Page, bed: str) -> Locator:
    return page.locator(f"[data-state][data-bed={quoted(bed)}]")


def expect_patient_page(page: Page, patient_id: str) -> None:
    """The address is the patient's; it may say how far back trends go."""
    path = re.escape("/patients/" + quote(patient_id, safe="!*'()"))
    expect(page).to_have_url(re.compile(rf"{path}(\?range=\w+)?$"))


def expect_link(page: Page, state: str, within_s: float = 20.0) -> None:
    html = page.locator("html")
    expect(html).to_have_attribute("data-link", state, timeout=within_s * 1000)


def expect_live_tile(page: Page, patient_id: str) -> None:
    """The tile is there, and its heart rate is a number."""
    expect(vital(tile(page, patient_id), "heart_rate")).to_have_text(NUMBER)


def opened(page: Page, name: str) -> Locator:
    """A form by its hook; unfolded if it is folded away."""
    form = hook(page, name)
    folded = page.locator(f"details:not([open]):has([data-testid={name}])")
    if folded.count():
        folded.locator("summary").first.click()
    expect(form).to_be_visible()
    return form


def picture_of(within: Page | Locator) -> Image.Image:
    return Image.open(io.BytesIO(within.screenshot())).convert("RGB")


def scrolls_sideways(page: Page) -> bool:
    return page.evaluate(
        "document.documentElement.scrollWidth > document.documentElement.clientWidth"
    )
