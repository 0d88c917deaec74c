// What the tools that elicit ask for, as the suite wants it.
const form = (properties, required = []) => ({ type: 'object', properties, required });
const choices = (word, ...titles) => titles.map((title, i) => ({ const: `${word}${i + 1}`, title }));
const options = ['option1', 'option2', 'option3'];

export const RESPONSE = form({ response: { type: 'string' } }, ['response']);

export const DEFAULTS = form({
    name: { type: 'string', default: 'John Doe' },
    age: { type: 'integer', default: 30 },
    score: { type: 'number', default: 95.5 },
    status: { type: 'string', enum: ['active', 'inactive', 'pending'], default: 'active' },
    verified: { type: 'boolean', default: true }
});

export const ENUMS = form({
    untitledSingle: { type: 'string', enum: options },
    titledSingle: { type: 'string', oneOf: choices('value', 'First', 'Second', 'Third') },
    legacyEnum: { type: 'string', enum: ['opt1', 'opt2', 'opt3'], enumNames: ['Option One', 'Option Two', 'Option Three'] },
    untitledMulti: { type: 'array', minItems: 1, maxItems: 3, items: { type: 'string', enum: options } },
    titledMulti: { type: 'array', minItems: 1, maxItems: 3, items: { anyOf: choices('value', 'First', 'Second', 'Third') } }
});
