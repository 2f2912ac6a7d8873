"""Waiting for a page, for tests in a browser.

The page's content security policy lets nobody make programs from text, and Playwright's wait_for_function does just that:
it holds only where what it waits for is so at the first look. So it is asked from outside, again and again.
"""


def until(page, holds):
    """Wait until it holds; the page and the laptop take their time."""
    for _ in range(100):
        if holds():
            return
        page.wait_for_timeout(100)
    raise AssertionError("It never held.")


def page_kept(page, protocol, name=None):
    """Wait until the browser has kept the page itself: the one of this name, if one is given."""
    key = f"nof1:{protocol.sha256()}:page"

    def holds():
        found = page.evaluate("key => localStorage.getItem(key)", key)
        return found is not None and name in (None, found)

    until(page, holds)
