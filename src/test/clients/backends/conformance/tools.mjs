import { setTimeout as pause } from 'node:timers/promises';
import { fromJsonSchema } from '@modelcontextprotocol/server';
import { z } from 'zod';
import { DEFAULTS, ENUMS, RESPONSE } from './forms.mjs';
import { picture, resource, result, sound, text } from './samples.mjs';

const says = value => result(text(value));
const nothing = z.object({});

/** @param reach what some tools do outside their own call: closeStream, toolsChanged, promptsChanged */
export function registerTools(server, reach) {
    const tool = (name, inputSchema, run) => server.registerTool(name, { description: name, inputSchema }, run);
    const constant = (name, answer) => tool(name, nothing, async () => answer);

    constant('test_simple_text', says('This is a simple text response for testing.'));
    constant('test_image_content', result(picture));
    constant('test_audio_content', result(sound));
    constant(
        'test_embedded_resource',
        result(resource('test://embedded-resource', 'text/plain', 'This is an embedded resource content.'))
    );
    constant(
        'test_multiple_content_types',
        result(
            text('Multiple content types test:'),
            picture,
            resource('test://mixed-content-resource', 'application/json', JSON.stringify({ test: 'data', value: 123 }))
        )
    );
    constant('test_streaming_elicitation', says('nothing but a result'));

    tool('greet', z.object({ name: z.string() }), async ({ name }) => says(`Hello, ${name}!`));
    tool('test_error_handling', nothing, async () => {
        throw new Error('This tool intentionally returns an error for testing');
    });
    tool('test_tool_with_logging', nothing, async (_, { mcpReq }) => {
        for (const data of ['Tool execution started', 'Tool processing data', 'Tool execution completed']) {
            await mcpReq.notify({ method: 'notifications/message', params: { level: 'info', data } });
            await pause(50);
        }
        return says('logged');
    });
    tool('test_logging_tool', nothing, async (_, { mcpReq }) => {
        await mcpReq.log('info', 'only for whoever asked for logs');
        return says('logged');
    });
    tool('test_tool_with_progress', nothing, async (_, { mcpReq }) => {
        const progressToken = mcpReq._meta?.progressToken;
        for (const progress of progressToken === undefined ? [] : [0, 50, 100]) {
            await mcpReq.notify({ method: 'notifications/progress', params: { progressToken, progress, total: 100 } });
            await pause(50);
        }
        return says(String(progressToken));
    });
    tool('test_reconnection', nothing, async (_, context) => {
        reach.closeStream(context.sessionId, context.mcpReq.id);
        await pause(100);
        return says('The client came back');
    });
    tool('test_trigger_tool_change', nothing, async () => {
        reach.toolsChanged();
        return says('told');
    });
    tool('test_trigger_prompt_change', nothing, async () => {
        reach.promptsChanged();
        return says('told');
    });

    tool('test_sampling', z.object({ prompt: z.string() }), async ({ prompt }, { mcpReq }) => {
        const { content } = await mcpReq.send({
            method: 'sampling/createMessage',
            params: { messages: [{ role: 'user', content: text(prompt) }], maxTokens: 100 }
        });
        return says(`LLM response: ${content.text}`);
    });
    const elicits = async ({ mcpReq }, message, requestedSchema) => {
        const { action, content = {} } = await mcpReq.send({ method: 'elicitation/create', params: { message, requestedSchema } });
        return says(`action=${action}, content=${JSON.stringify(content)}`);
    };
    tool('test_elicitation', z.object({ message: z.string() }), ({ message }, context) => elicits(context, message, RESPONSE));
    tool('test_elicitation_sep1034_defaults', nothing, (_, context) => elicits(context, 'Review the defaults', DEFAULTS));
    tool('test_elicitation_sep1330_enums', nothing, (_, context) => elicits(context, 'Select', ENUMS));

    tool('test_x_mcp_header', fromJsonSchema(MIRRORED), async ({ region }) => says(`region=${region}`));
    tool('json_schema_2020_12_tool', fromJsonSchema(SCHEMA_2020_12), async values => says(JSON.stringify(values)));
}

/** Clients must send the region as the header Mcp-Param-Region too. */
const MIRRORED = {
    type: 'object',
    properties: {
        region: { type: 'string', 'x-mcp-header': 'Region' },
        level: { type: 'integer' }
    }
};

const SCHEMA_2020_12 = {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    type: 'object',
    $defs: {
        address: {
            $anchor: 'addressDef',
            type: 'object',
            properties: { street: { type: 'string' }, city: { type: 'string' } }
        }
    },
    properties: {
        name: { type: 'string' },
        address: { $ref: '#/$defs/address' },
        contactMethod: { type: 'string', enum: ['phone', 'email'] },
        phone: { type: 'string' },
        email: { type: 'string' }
    },
    allOf: [{ anyOf: [{ required: ['phone'] }, { required: ['email'] }] }],
    if: { properties: { contactMethod: { const: 'phone' } }, required: ['contactMethod'] },
    then: { required: ['phone'] },
    else: { required: ['email'] },
    additionalProperties: false
};
