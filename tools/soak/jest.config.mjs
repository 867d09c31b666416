export default { displayName: 'soak', preset: '../../jest.preset.js' };
