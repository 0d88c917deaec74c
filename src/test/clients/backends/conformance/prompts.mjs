import { acceptedContent, inputRequired } from '@modelcontextprotocol/server';
import { z } from 'zod';
import { picture, resource, text } from './samples.mjs';
import { ask } from './rounds.mjs';

const says = (...contents) => ({ messages: contents.map(content => ({ role: 'user', content })) });

export function registerPrompts(server) {
    const prompt = (name, argsSchema, render) => server.registerPrompt(name, { description: name, argsSchema }, render);
    prompt('test_simple_prompt', undefined, async () => says(text('This is a simple prompt for testing.')));
    prompt('test_prompt_with_arguments', z.object({ arg1: z.string(), arg2: z.string() }), async ({ arg1, arg2 }) =>
        says(text(`Prompt with arguments: arg1='${arg1}', arg2='${arg2}'`))
    );
    prompt('test_prompt_with_embedded_resource', z.object({ resourceUri: z.string() }), async ({ resourceUri }) =>
        says(
            resource(resourceUri, 'text/plain', 'Embedded resource content for testing.'),
            text('Please process the embedded resource above.')
        )
    );
    prompt('test_prompt_with_image', undefined, async () => says(picture, text('Please analyze the image above.')));
    prompt('test_input_required_result_prompt', undefined, async context => {
        const told = acceptedContent(context.mcpReq.inputResponses, 'user_context')?.context;
        return typeof told === 'string'
            ? says(text(`Use the following context: ${told}`))
            : inputRequired({ inputRequests: { user_context: ask('What context should the prompt use?', 'context') } });
    });
    server.server.setRequestHandler('completion/complete', async () => ({ completion: { values: [], total: 0, hasMore: false } }));
}
