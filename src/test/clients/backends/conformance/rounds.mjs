// Tools of the 2026-07-28 revision that need input, and are called again with it. What they must remember goes to the
// client and back, sealed.
import { randomBytes, randomUUID } from 'node:crypto';
import { acceptedContent, CLIENT_CAPABILITIES_META_KEY, createRequestStateCodec, inputRequired } from '@modelcontextprotocol/server';
import { z } from 'zod';
import { result, text } from './samples.mjs';

export const states = createRequestStateCodec({ key: randomBytes(32) });

/** Asks the person for one value. */
export const ask = (message, name, type = 'string') =>
    inputRequired.elicit({
        message,
        requestedSchema: { type: 'object', properties: { [name]: { type } }, required: [name] }
    });

const askModel = (question, maxTokens = 50) =>
    inputRequired.createMessage({ messages: [{ role: 'user', content: text(question) }], maxTokens });

const says = value => result(text(value));
const sealed = state => states.mint({ ...state, nonce: randomUUID() });

/** What an answer holds; undefined where it is missing or was declined. */
const answered = (context, request, name) => acceptedContent(context.mcpReq.inputResponses, request)?.[name];
const modelAnswered = (context, request) => context.mcpReq.inputResponses?.[request]?.content?.text;
const rootsOf = (context, request) => context.mcpReq.inputResponses?.[request]?.roots;

export function registerRounds(server) {
    const tool = (name, run) =>
        server.registerTool(name, { description: name, inputSchema: z.object({}) }, async (_, context) => run(context));

    tool('test_input_required_result_elicitation', context => {
        const name = answered(context, 'user_name', 'name');
        return typeof name === 'string'
            ? says(`Hello, ${name}!`)
            : inputRequired({ inputRequests: { user_name: ask('What is your name?', 'name') } });
    });

    tool('test_input_required_result_sampling', context => {
        const answer = modelAnswered(context, 'capital_question');
        return answer
            ? says(`Sampling response: ${answer}`)
            : inputRequired({ inputRequests: { capital_question: askModel('What is the capital of France?', 100) } });
    });

    tool('test_input_required_result_list_roots', context => {
        const roots = rootsOf(context, 'client_roots');
        return roots
            ? says(`Client exposed ${roots.length} root(s): ${roots.map(root => root.uri).join(', ')}`)
            : inputRequired({ inputRequests: { client_roots: inputRequired.listRoots() } });
    });

    tool('test_missing_capability', context =>
        modelAnswered(context, 'llm_answer')
            ? says('sampled')
            : inputRequired({ inputRequests: { llm_answer: askModel('Reply with one word') } })
    );

    tool('test_input_required_result_request_state', confirmed('request_state', 'state-ok: the state came back unchanged'));
    tool('test_input_required_result_tampered_state', confirmed('tampered_state', 'integrity-ok: the state came back unchanged'));

    tool('test_input_required_result_multiple_inputs', async context => {
        const name = answered(context, 'user_name', 'name');
        const greeting = modelAnswered(context, 'greeting');
        const roots = rootsOf(context, 'client_roots');
        if (name && greeting && roots) return says(`${greeting} ${name}, ${roots.length} root(s)`);
        return inputRequired({ inputRequests: allKinds(), requestState: await sealed({ tool: 'multiple_inputs' }) });
    });

    tool('test_input_required_result_multi_round', async context => {
        const { round = 0, name } = context.mcpReq.requestState() ?? {};
        if (round === 0) {
            return inputRequired({
                inputRequests: { step1: ask('Step 1: What is your name?', 'name') },
                requestState: await sealed({ round: 1 })
            });
        }
        if (round === 1) {
            return inputRequired({
                inputRequests: { step2: ask('Step 2: What is your favorite color?', 'color') },
                requestState: await sealed({ round: 2, name: answered(context, 'step1', 'name') })
            });
        }
        return says(`${name} likes ${answered(context, 'step2', 'color')}`);
    });

    tool('test_input_required_result_capabilities', context => {
        if (context.mcpReq.inputResponses) return says('All that was asked for is there');
        const able = context.mcpReq.envelope?.[CLIENT_CAPABILITIES_META_KEY] ?? {};
        const { user_name, greeting, client_roots } = allKinds();
        const inputRequests = {
            ...(able.elicitation && { user_name }),
            ...(able.sampling && { greeting }),
            ...(able.roots && { client_roots })
        };
        return Object.keys(inputRequests).length > 0 ? inputRequired({ inputRequests }) : says('The client can be asked nothing');
    });
}

const allKinds = () => ({
    user_name: ask('What is your name?', 'name'),
    greeting: askModel('Generate a greeting'),
    client_roots: inputRequired.listRoots()
});

/** Asks for a confirmation, and wants its state back with it; the server has checked the seal by then. */
function confirmed(tool, done) {
    return async context =>
        context.mcpReq.requestState() !== undefined && answered(context, 'confirm', 'ok') !== undefined
            ? says(done)
            : inputRequired({ inputRequests: { confirm: ask('Please confirm', 'ok', 'boolean') }, requestState: await sealed({ tool }) });
}
