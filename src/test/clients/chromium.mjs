// The pages as people see them, in headless Chromium. Usage: node chromium.mjs MCP-URL FOLDER-FOR-SCREENSHOTS
import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import { Application } from './trip/application.mjs';
import { Chromium } from './trip/person.mjs';
import { Terminal } from './trip/terminal.mjs';
import { run, step } from './trip/steps.mjs';

const [, , mcpUrl, screenshots] = process.argv;
const origin = new URL(mcpUrl).origin;

run(async () => {
    await mkdir(screenshots, { recursive: true });
    const chromium = await Chromium.started(screenshots);
    try {
        await landingPage(chromium);
        const desktop = await Application.onLoopback(mcpUrl, 'Desktop <b>Application</b>');
        await allow(chromium, desktop);
        await deny(chromium, desktop);
        await errorPages(chromium, desktop);
        desktop.close();
        await privateScheme(chromium);
        await device(chromium);
    } finally {
        await chromium.close();
    }
}, 150);

async function landingPage(chromium) {
    const person = await chromium.person();
    const response = await person.opens(origin);
    assert.equal(response.status(), 200);
    assert.ok((await person.page.textContent('body')).includes(mcpUrl), 'the MCP URL is there to copy');
    await person.takesPicture('landing');
    assert.deepEqual(person.complaints, []);
    await person.leaves();
    step('landing page');
}

/** Chrome applies form-action to redirects after a POST: that the application is reached shows the answer fits. */
async function allow(chromium, application) {
    const person = await chromium.person();
    await person.opens(application.authorizationUrl());
    const text = await person.page.textContent('body');
    assert.ok(text.includes('Desktop <b>Application</b>'), 'the name of the application is shown as text');
    assert.ok(text.includes('127.0.0.1'), 'the page names where the answer goes');
    await person.takesPicture('consent');
    step('consent page');

    await person.presses(/allow/i);
    await person.seesSignIn();
    await person.takesPicture('sign-in');
    await person.signsIn('alice', 'alice');
    step('sign-in page');

    const arrived = await person.isTakenTo(application.redirectUri);
    await person.page.waitForLoadState();
    await person.takesPicture('done');
    assert.equal(arrived.searchParams.get('state'), application.state);
    assert.equal(arrived.searchParams.get('iss'), origin);
    assert.equal(await application.redeem(arrived.searchParams.get('code')), 200);
    assert.deepEqual(person.complaints, []);
    step('allow');

    await logOut(person, application);
    await logOutHereOnly(person);
    await person.leaves();
}

/** By way of Okta and back, after which Okta must ask for the password again. */
async function logOut(person, application) {
    await person.opens(`${origin}/oauth/logout`);
    await person.takesPicture('logout');
    await person.presses(/log ?out|sign ?out/i);
    await person.page.waitForURL(`${origin}/`);
    await person.takesPicture('logged-out');
    assert.equal(person.visits(isOktasLogout), 1, 'Okta ends its session too');
    assert.deepEqual(await ours(person), [], 'no cookie of ours is left');

    await person.opens(application.authorizationUrl());
    await person.presses(/allow/i);
    await person.seesSignIn();
    assert.deepEqual(person.complaints, []);
    step('logout');
}

/** Signed out before, so that nothing is left by which Okta could be told who it is. */
async function logOutHereOnly(person) {
    const visits = person.visits(isOktasLogout);
    await person.opens(`${origin}/oauth/logout`);
    await person.presses(/log ?out|sign ?out/i);
    await person.page.getByRole('heading', { name: 'Signed out here' }).waitFor();
    await person.takesPicture('logged-out-here-only');
    assert.ok(await person.page.getByRole('link').getAttribute('href'), 'the page leads to Okta');
    assert.equal(person.visits(isOktasLogout), visits, 'Okta is asked for nothing that it would refuse');
    assert.deepEqual(await ours(person), [], 'no cookie of ours is left');
    assert.deepEqual(person.complaints, []);
    step('logout here only');
}

const isOktasLogout = url => url.origin !== origin && url.pathname.endsWith('/logout');

/** Our cookies; Okta's are on the same host here. */
async function ours(person) {
    return (await person.cookies()).map(({ name }) => name).filter(name => name.startsWith('mcp-'));
}

/** Without JavaScript, which the page must not need, and on a phone in the dark. */
async function deny(chromium, application) {
    const phone = { viewport: { width: 390, height: 760 }, colorScheme: 'dark' };
    const person = await chromium.person({ javaScriptEnabled: false, ...phone });
    await person.opens(application.authorizationUrl());
    await person.takesPicture('consent-phone');
    await person.presses(/deny|cancel/i);
    const arrived = await person.isTakenTo(application.redirectUri);
    await person.page.waitForLoadState();
    await person.takesPicture('deny');
    assert.equal(arrived.searchParams.get('error'), 'access_denied');
    assert.equal(arrived.searchParams.get('state'), application.state);
    assert.equal(arrived.searchParams.get('iss'), origin);
    assert.equal(arrived.searchParams.get('code'), null);
    await person.leaves();
    step('deny');
}

/** Errors before client and redirect URI are known to be good stay here. */
async function errorPages(chromium, application) {
    const person = await chromium.person();
    const unknownClient = await person.opens(application.authorizationUrl({ client_id: 'nobody-registered-this' }));
    assert.ok(unknownClient.status() >= 400);
    await person.takesPicture('error-unknown-client');
    const elsewhere = await person.opens(application.authorizationUrl({ redirect_uri: 'https://elsewhere.example/callback' }));
    assert.ok(elsewhere.status() >= 400);
    assert.equal(new URL(person.page.url()).origin, origin);
    await person.takesPicture('error-redirect-uri');
    assert.deepEqual(person.complaints, []);
    await person.leaves();
    step('error pages');
}

/** The browser hands a private-use scheme to an application; here nobody takes it, but the navigation is seen. */
async function privateScheme(chromium) {
    const application = await Application.registered(mcpUrl, 'Cursor', 'cursor://anysphere.cursor-deeplink/mcp/oauth/callback');
    const allowing = await chromium.person();
    await allowing.opens(application.authorizationUrl());
    await allowing.takesPicture('consent-private-scheme');
    await allowing.presses(/allow/i);
    await allowing.seesSignIn();
    await allowing.signsIn('bob', 'bob');
    const allowed = await allowing.isTakenTo(application.redirectUri);
    assert.equal(await application.redeem(allowed.searchParams.get('code')), 200);
    assert.deepEqual(allowing.complaints, []);
    await allowing.leaves();
    step('allow to a private scheme');

    const denying = await chromium.person();
    await denying.opens(application.authorizationUrl());
    await denying.presses(/deny|cancel/i);
    const denied = await denying.isTakenTo(application.redirectUri);
    assert.equal(denied.searchParams.get('error'), 'access_denied');
    assert.deepEqual(denying.complaints, []);
    await denying.leaves();
    step('deny to a private scheme');
}

/** A terminal shows a link and a code; the person has a phone without JavaScript, and then a computer. */
async function device(chromium) {
    const terminal = await Terminal.registered(mcpUrl);
    const phone = { viewport: { width: 390, height: 760 }, colorScheme: 'dark', javaScriptEnabled: false };
    const person = await chromium.person(phone);
    const codes = await terminal.begin();
    await person.opens(codes.verification_uri_complete);
    assert.equal(await person.page.inputValue('#user_code'), codes.user_code);
    await person.takesPicture('device-phone');
    await person.presses(/continue/i);
    await person.page.getByRole('heading', { name: 'A terminal' }).waitFor();
    const text = await person.page.textContent('body');
    assert.ok(text.includes('127.0.0.1'), 'the page says where it was asked from');
    await person.takesPicture('device-consent-phone');
    await person.presses(/allow/i);
    await person.seesSignIn();
    await person.signsIn('alice', 'alice');
    await person.page.getByRole('heading', { name: 'You can return to your device' }).waitFor();
    await person.takesPicture('device-done-phone');
    assert.equal((await terminal.poll(codes)).status, 200);
    assert.deepEqual(person.complaints, []);
    await person.leaves();
    step('allow a device');

    const other = await chromium.person();
    const others = await terminal.begin();
    await other.opens(others.verification_uri);
    await other.page.locator('#user_code').fill('bbbb bbbb');
    await other.presses(/continue/i);
    await other.page.getByRole('alert').waitFor();
    await other.takesPicture('device-wrong');
    await other.page.locator('#user_code').fill(others.user_code.toLowerCase());
    await other.presses(/continue/i);
    await other.page.getByRole('heading', { name: 'A terminal' }).waitFor();
    await other.takesPicture('device-consent');
    await other.presses(/deny/i);
    await other.page.getByRole('heading', { name: 'The device was not connected' }).waitFor();
    await other.takesPicture('device-denied');
    assert.equal((await (await terminal.poll(others)).json()).error, 'access_denied');
    assert.deepEqual(other.complaints, []);
    await other.leaves();
    step('deny a device');
}
