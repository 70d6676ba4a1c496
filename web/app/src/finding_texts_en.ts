// What is said where one goes to a place in a group, or brings something from it to another.

export const texts = {
  goToTitle: "Go to",
  goToDate: "The first message of a day",
  goToNumber: "Message number",
  goToBad: (first: number, last: number) => `There are messages from number ${first} to ${last} here.`,
  goToNone: "There is no message that you can see.",
  goToUnread: "First unread",
  goToBeginning: "Beginning",
  go: "Go",
  notThere: "This message cannot be shown",
  notThereBefore: "It is from before you came, or is not kept any more.",
  notThereYet: "No message in this group has this number.",
  forwardTitle: "Forward to",
  forwardNone: "None of your groups is called like that.",
  forwardFind: "Find a group",
};

export type FindingTexts = typeof texts;
