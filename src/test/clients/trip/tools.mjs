// What every client does once it is connected. A call that reports progress shows that the relay streams: its first
// notification must come well before its answer.
import assert from 'node:assert/strict';
import { step } from './steps.mjs';

const DURATION = 1.5;
const STEPS = 5;

export async function useTools(client, { call }) {
    const { tools } = await client.listTools();
    assert.ok(tools.some(tool => tool.name === 'echo'), 'the backend offers echo');
    step('tools/list');

    const echoed = await call({ name: 'echo', arguments: { message: 'grüße ✓' } });
    assert.equal(textOf(echoed), 'Echo: grüße ✓');
    step('tools/call');

    const arrivals = [];
    const slow = { name: 'trigger-long-running-operation', arguments: { duration: DURATION, steps: STEPS } };
    const finished = await call(slow, { onprogress: ({ progress }) => arrivals.push({ progress, at: Date.now() }) });
    assert.match(textOf(finished), /completed/);
    // The backends send the last notification and the answer in one breath, and the SDK then drops the notification.
    assert.deepEqual(arrivals.map(({ progress }) => progress).slice(0, STEPS - 1), [1, 2, 3, 4]);
    const ahead = Date.now() - arrivals[0].at;
    assert.ok(ahead > DURATION * 500, `the first progress came ${ahead} ms before the answer: it was held back`);
    step('progress');
}

export function textOf(result) {
    return result.content.map(part => part.text).join('');
}
