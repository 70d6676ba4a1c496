// What the account's dialogs say.

export const texts = {
  sessions: "Where you are signed in",
  sessionHere: "This device",
  sessionSince: (time: string) => `since ${time}`,
  sessionEnd: "Sign out there",
  sessionsNone: "The list cannot be read right now.",
  signOutEverywhere: "Sign out everywhere",
  signOutEverywhereAsk: "You will have to sign in again on each of your devices.",
  changePassword: "Change password",
  passwordOld: "Present password",
  passwordNew: "New password",
  passwordChanged: "Your password was changed. All your other devices were signed out.",
};

export type AccountTexts = typeof texts;
