export default { displayName: 'tidy', preset: '../../jest.preset.js' };
