// One red pixel, and a sound of no length.
export const PICTURE = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8DwHwAFBQIAX8jx0gAAAABJRU5ErkJggg==';
export const SOUND = 'UklGRiYAAABXQVZFZm10IBAAAAABAAEAQB8AAAB9AAACABAAZGF0YQIAAAA=';

export const text = value => ({ type: 'text', text: value });
export const picture = { type: 'image', data: PICTURE, mimeType: 'image/png' };
export const sound = { type: 'audio', data: SOUND, mimeType: 'audio/wav' };
export const resource = (uri, mimeType, value) => ({ type: 'resource', resource: { uri, mimeType, text: value } });

/** A tool's result. */
export const result = (...content) => ({ content });
