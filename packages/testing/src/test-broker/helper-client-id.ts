/** How the helpers of a broker under test name themselves to it, so that no fault hits them. */
export const HELPER_CLIENT_ID = 'millrace-testing-helper';
