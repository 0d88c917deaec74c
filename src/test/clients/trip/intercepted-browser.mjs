// Stands in for the desktop's browser: programs that open one find a BROWSER that does nothing, and the URL is read
// from what they print for people whose browser did not open.
import { Browser } from './browser.mjs';

export const noDesktop = { BROWSER: 'true', DISPLAY: '', WAYLAND_DISPLAY: '', NO_COLOR: '1' };

/** Signs on with the URL after each announcement on a program's standard error. */
export class InterceptedBrowser {
    #announcement;
    #read = '';
    #signedOn = [];
    #pending = Promise.resolve();
    decision = 'allow';
    asked = 0;

    /** @param announcement the words before the URL, as a regular expression */
    constructor(announcement) {
        this.#announcement = new RegExp(`${announcement}\\s*(http\\S+)\\s`, 'g');
    }

    watch(stream) {
        stream.setEncoding('utf8');
        stream.on('data', text => {
            process.stderr.write(text);
            this.#read += text;
            for (const [, url] of this.#read.matchAll(this.#announcement)) this.#open(url);
        });
    }

    #open(url) {
        if (this.#signedOn.includes(url)) return;
        this.#signedOn.push(url);
        this.asked++;
        if (this.decision === 'ignore') return;
        const redirectUri = new URL(url).searchParams.get('redirect_uri');
        this.#pending = new Browser().signOn(url, redirectUri, this.decision);
        this.#pending.catch(error => console.error('The sign-on failed', error));
    }

    /** Fails where the sign-on failed. */
    async settled() {
        await this.#pending;
    }
}
