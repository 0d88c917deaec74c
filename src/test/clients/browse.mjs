// Signs on for a client that is no Node program. Usage: node browse.mjs AUTHORIZATION-URL REDIRECT-URI
import { Browser } from './trip/browser.mjs';
import { run, step } from './trip/steps.mjs';

const [, , authorizationUrl, redirectUri] = process.argv;

run(async () => step(await new Browser({ arrives: false }).signOn(authorizationUrl, redirectUri)));
