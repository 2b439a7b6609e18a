"""What only looks like a State is left alone, and the States beside it are still found."""

import pytest

from nlp.states import extract_states

PERSONS = [
    ("Jordan Peters and Chad Smith were heard.", ""),
    ("Mr. Chad Brown lives in Amman, Jordan.", "JOR"),
    ("Judge China Okafor, Ms India Cuba", ""),
    ("Completed by: A. Mali, Acting Secretary; J. Holland & Sons; K. Ireland", ""),
    ("Chad P., aged 19, and Georgia M., aged 17", ""),
    ("one Jordan Cuba pleaded guilty", ""),
    ("Chief Isaac Jordan", ""),
    ("M. Maurice Diop, Dominique Lefebvre, Dominique Maurice", ""),
    ("Maurice is our focal point and the head of the unit.", ""),
    ("Israël Nkunda a déposé plainte contre l'État d'Israël", "ISR"),
    ("le nommé Tony Chypre, Marie-France, Mme Aïssata Niger", ""),
    ("el señor Israel Gómez y Francia Márquez", ""),
    ("Salvador Gómez, don Mauricio, la fiscal Irlanda Pérez", ""),
    ("la jueza América Perú Quispe", ""),
    ("Sr. Griego, Germán Pérez, Sgto. José Guinea", ""),
    ("Kenya Johnson went to Kenya.", "KEN"),
    ("12 of them are called Israel; doña Alemania Torres", ""),
]
STATES_BESIDE_CAPITALS = [
    ("Ministry of Justice Kenya; Department of Justice Canada", "KEN CAN"),
    ("San José Costa Rica", "CRI"),
    ("Italia Guardia di Finanza; Chile Fiscalía Nacional", "ITA CHL"),
    ("Jordan National Police; Georgia Ministry of Justice", "JOR GEO"),
    ("Korea Customs Service", "KOR"),
    ("the Prosecutor. Kenya needs help", "KEN"),
    ("a magistrate. Malaysia has in view one team", "MYS"),
    ("In Jordan Interpol helps", "JOR"),
    ("the Chad Sudan border", "TCD SDN"),
    ("Procureur de la République du Niger", "NER"),
    ("the Attorney-General's Department of Australia", "AUS"),
    ("DON AUSTRALIEN, BON ÉTAT", "AUS"),
    ("the Kenya Wildlife Service; the Jamaica Constabulary Force", "KEN JAM"),
    ("Scanners : don Japon, 2006", "JPN"),
    ("the country then called Swaziland", "SWZ"),
]
PLACES = [
    ("trasladado a calle Honduras 1120", ""),
    ("un hotel de Panamá; café de Colombia", "PAN COL"),
    ("Support to Kenya building capacity", "KEN"),
    ("Colombia, Granada, Haití", "COL GRD HTI"),
    ("Granada, Nicaragua", "NIC"),
    ("Hong Kong Special Administrative Region of China", ""),
    ("Lake Chad, the Gulf of Guinea and the South China Sea", ""),
    ("the Niger Delta, the Jordan River, Niger State", ""),
    ("le lac Tchad, le golfe de Guinée, la mer de Chine méridionale, l'océan Indien", ""),
    ("le fleuve Sénégal, le bassin du Congo", ""),
    ("el lago Chad, el golfo de México, el río Paraguay, el canal de Panamá", ""),
    ("avenue de France, rue du Liban, place d'Italie", ""),
    ("calle Perú, plaza España, Calle Colombia, Hotel Cuba, Vía España", ""),
    ("Monaco Street, Jordan Road, Port of Spain, Spanish Town", ""),
    ("Mexico City, Guatemala City, Ciudad de México, Ciudad de Panamá, à Mexico", "MEX"),
    ("New Mexico, Nuevo México, British Columbia", ""),
    ("Atlanta, Georgia", ""),
    ("Georgia (US)", "USA"),
    ("en una tienda de Georgia o de Texas", ""),
    ("Armenia, Azerbaijan, Georgia, USA", "ARM AZE GEO USA"),
    ("Granada (Nicaragua), Armenia (Quindío)", "NIC"),
    ("province de Luxembourg", ""),
    ("in the Western Province of Zambia", "ZMB"),
    ("the rivers Niger and Senegal, los ríos Uruguay y Paraguay", ""),
    ("the sheriff of Macon, Georgia, USA, gave a talk", "USA"),
    ("en Atlanta (Géorgie, États-Unis)", "USA"),
    ("two donors (Georgia, USA)", "GEO USA"),
    ("La Géorgie n'a pas répondu à la demande, venue en mai d'Atlanta (Georgia, États-Unis).", "GEO USA"),
    ("Santiago de Chile, Cartagena de Indias, the Grenadines", ""),
    ("la Universidad de Granada", ""),
    ("a port of Kenya, every city of Chile", "KEN CHL"),
    ("la mise en place du Mali", "MLI"),
]
TERRITORIES = [
    ("French Guiana, French Polynesia, American Samoa, British Virgin Islands", ""),
    ("Guyane française, Polynésie française, Samoa américaines", ""),
    ("Guayana Francesa, Polinesia Francesa, Islas Vírgenes Británicas", ""),
    ("Hong Kong, China; Macao (China); Hong Kong SAR China; Taiwan Province of China", ""),
    ("Western Sahara, Jersey, Greenland, Puerto Rico, Netherlands Antilles", ""),
    ("Northern Ireland, Irlande du Nord, Irlanda del Norte", ""),
    ("England, Scotland, Kosovo", ""),
]
MONEY = [
    ("200 US dollars, US$ 300, 40 Australian dollars, Swiss francs", ""),
    ("50 000 francs CFA, dollars des États-Unis, dollars américains", ""),
    ("dólares de los EE.UU., pesos mexicanos, cobraba en bolivianos, 50 bolivianos", ""),
    ("doscientos mil euros de Noruega", "NOR"),
    ("tres ciudadanos bolivianos", "BOL"),
    ("40 000 dollars du Japon; sucre du Brésil; Croatia won the case", "JPN BRA HRV"),
    ("des livres turques, bolívares venezolanos, Uganda shillings, dollars du Canada", ""),
]
LANGUAGES = [
    ("assistance from French and Spanish experts in French and Dutch waters", "FRA ESP NLD"),
    ("leaflets in Spanish and Aymara, a mobile group; one in French, one customary", ""),
    ("one drafter who reads French, no manual", ""),
    ("translated from French to Portuguese; courses in French", ""),
    ("traduction française; cours de français; pays d'expression française", ""),
    ("un funcionario francés y otro español", "FRA ESP"),
    ("in French, translated into Portuguese", ""),
    ("Forms in Arabic, French and Spanish", ""),
    ("similar laws, in Russian if possible", ""),
    ("French-speaking countries; a counsellor who speaks Somali", ""),
    ("interpreters of Chinese; Vietnamese interpreters; Haitian Creole; Georgian script", ""),
    ("en français et en espagnol; le français, l'italien; la version française", ""),
    ("en français, somali, afar, arabe; l'arabe tchadien; langue malgache", ""),
    ("traducido al francés y al portugués; hablan español; de habla portuguesa", ""),
    ("Gambians were taught; NAPTIP taught Gambian, Liberian investigators", "GMB LBR"),
    ("le texte mauritanien", "MRT"),
    ("the French authorities in Spanish waters", "FRA ESP"),
    ("He speaks Arabic but not French.", ""),
]
ORGANISATIONS = [
    ("les pays hispano-américains; naciones americanas; American countries", ""),
    ("the EU, INTERPOL, ECOWAS, CEDEAO and the African Union", ""),
    ("Organization of American States, Inter-American Court, Latin American prosecutors", ""),
    ("les pays latino-américains et sud-américains; les États américains", ""),
    ("Comunidad de países americanos, Convención Americana", ""),
    ("Economic Community of Central African States", ""),
    ("Le Registre central des armes (RCA) compte; le RCA répond", ""),
    ("République centrafricaine (RCA)", "CAF"),
    ("Democratic Republic of the Congo (DRC)", "COD"),
    ("United Arab Emirates (UAE)", "ARE"),
    ("the Djibouti Code of Conduct", ""),
    ("model law (EN/FR/RU), to be had from us", ""),
]
WORDS = [
    ("turkey and china cabinets; a guinea fowl", ""),
    ("dinde, coq d'Inde, cochon d'Inde, conejillo de Indias", ""),
    ("bergers allemands, German shepherds, cabeza de turco", ""),
    ("une grenade à main; GRENADES; granadas de mano", ""),
    ("train us;\nTRAIN US AND GIVE US A CAR;\npolish the floor", ""),
    ("SE USA EL SISTEMA Y NO LA LEY;\nlos fondos irán a la policía", ""),
    ("con fines de explotación; que bajan del avión; which fines him", ""),
    ("Un pôle judiciaire; l'équateur; cinco países bajos", ""),
    ('a shop called "Georgia"; el bar «Líbano»', ""),
    ("les kits « tchèques »", "CZE"),
    ("Panama hats, Cuba libre, brazil nuts, Roman-Dutch law", ""),
    ("sent from china by the us embassy, a gift for us", "CHN USA"),
]

CAPITALS = [
    ("EN FRANÇAIS SVP;\nTRADUCIDO AL PORTUGUÉS", ""),
    ("THE FRENCH POLICE;\nLAS AUTORIDADES ESPAÑOLAS", "FRA ESP"),
    ("MR. CHAD BROWN; MS. INDIA SMITH; M. MAURICE DIOP", ""),
    ("CHAD NEEDS HELP", "TCD"),
    ("GIFTS OF THE USA AND OF IRAN, THE US EMBASSY PAID", "USA IRN"),
    ("DONORS: US, UK", "USA GBR"),
    ("50 000 FRANCS CFA; US DOLLARS; LAKE CHAD; RUE DU LIBAN; NEW MEXICO; FRENCH GUIANA", ""),
]


@pytest.mark.parametrize(
    ("text", "expected"),
    PERSONS
    + STATES_BESIDE_CAPITALS
    + PLACES
    + TERRITORIES
    + MONEY
    + LANGUAGES
    + ORGANISATIONS
    + WORDS
    + CAPITALS,
)
def test_decoys_are_left_alone(text, expected):
    assert {mention.code for mention in extract_states(text)} == set(expected.split())
