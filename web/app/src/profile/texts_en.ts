// What is said of one's own account beside sign-ins, in English.

export const texts = {
  looks: "Looks and language",
  theme: "Colours",
  themes: ["As the system has them", "Light", "Dark"] as readonly string[],
  textSize: "Size of text",
  textSizes: ["Small", "Normal", "Large", "Very large"] as readonly string[],
  language: "Language",
  languages: ["As the browser says", "English", "中文"] as readonly string[],

  profile: "Your name and picture",
  ownName: "Name: you sign in with it, too",
  nameSaved: "This is your name now.",
  pictureChoose: "Choose a picture",
  pictureRemove: "Remove the picture",
  pictureSaved: "This is your picture now.",
  pictureGone: "Your letter stands for you again.",
  pictureUnread: "This browser cannot read that picture.",

  ownData: "Your data",
  ownDataText: "A file with your account, where you are signed in, your groups and all that you have written.",
  download: "Download your data",
  downloading: (count: number) => (count === 1 ? "1 message so far…" : `${count} messages so far…`),
  downloaded: (count: number) => `The file is ready: ${count} messages.`,

  erase: "Delete account…",
  eraseTitle: "Delete your account",
  eraseText: [
    "You are signed out everywhere and cannot sign in again. This cannot be undone.",
    "What you wrote is taken back for everybody, your reactions too, in groups and in direct chats.",
    "You leave all groups. One that you own goes to the admin who is in it longest, or to the member who is; one with nobody else in it is closed.",
    "Your name becomes free for others. Your messages' numbers and times stay, without words and without a name.",
  ] as readonly string[],
  erasePassword: "Your password, so that nobody else can do this",
  eraseSure: "Delete for good",
  erased: "Your account was deleted. What you wrote goes in the next minutes.",
};

export type ProfileTexts = typeof texts;
