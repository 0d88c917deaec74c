// A person in a real Chromium: a profile of their own, and what they see goes to screenshots.
import { join } from 'node:path';
import { chromium } from 'playwright-core';

const FLAGS = [
    '--no-sandbox',
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync'
];

export class Chromium {
    #browser;
    #screenshots;

    static async started(screenshots) {
        const executablePath = process.env.CHROMIUM || '/usr/bin/chromium';
        return new Chromium(await chromium.launch({ executablePath, headless: true, args: FLAGS }), screenshots);
    }

    constructor(browser, screenshots) {
        this.#browser = browser;
        this.#screenshots = screenshots;
    }

    /** Somebody with a fresh profile: no cookies, nobody signed in. */
    async person(options = {}) {
        const context = await this.#browser.newContext({ viewport: { width: 900, height: 760 }, ...options });
        return new Person(context, await context.newPage(), this.#screenshots);
    }

    async close() {
        await this.#browser.close();
    }
}

export class Person {
    #context;
    #screenshots;
    #navigations = [];
    page;
    complaints = [];

    constructor(context, page, screenshots) {
        this.#context = context;
        this.#screenshots = screenshots;
        this.page = page;
        page.on('request', request => {
            if (request.isNavigationRequest()) this.#navigations.push(new URL(request.url()));
        });
        page.on('console', message => {
            if (/Content.Security.Policy/i.test(message.text())) this.complaints.push(message.text());
        });
    }

    async opens(url) {
        return await this.page.goto(String(url));
    }

    async presses(name) {
        await this.page.getByRole('button', { name }).click();
    }

    async signsIn(user, password) {
        await this.page.locator('input[name=username]').fill(user);
        await this.page.locator('input[name=password]').fill(password);
        await this.page.locator('input[name=password]').press('Enter');
    }

    async seesSignIn() {
        await this.page.locator('input[name=password]').waitFor();
    }

    /** The URL of a navigation that starts so, waited for; also where it leaves the browser for an application. */
    async isTakenTo(start) {
        const wanted = url => url.href.startsWith(start);
        const before = this.#navigations.findLast(wanted);
        if (before) return before;
        const request = await this.page.waitForRequest(one => one.isNavigationRequest() && wanted(new URL(one.url())));
        return new URL(request.url());
    }

    /** How often this person has been taken to such an address. */
    visits(wanted) {
        return this.#navigations.filter(wanted).length;
    }

    async cookies() {
        return await this.#context.cookies();
    }

    async takesPicture(name) {
        await this.page.screenshot({ path: join(this.#screenshots, `${name}.png`), fullPage: true });
    }

    async leaves() {
        await this.#context.close();
    }
}
