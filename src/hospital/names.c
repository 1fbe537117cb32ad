/* SPDX-License-Identifier: Apache-2.0 */
#include "src/hospital/names.h"

#define COUNT(a) ((int)(sizeof(a) / sizeof((a)[0])))

static const char *const family[] = {"Aubrelle", "Bastignol", "Cazelmont", "Delavigny", "Estramier",
	"Fontarel", "Garnessac", "Hautbrun", "Isnarel", "Jolivat", "Kermadenn", "Lanterrade",
	"Marchelon", "Noirvault", "Orsignac", "Pellegarde", "Quintrec", "Roquefeyte", "Sauvignon",
	"Terrabelle", "Urbanel", "Valcourtois", "Wasselin", "Yvernaud", "Zellidoux", "Ambrazac",
	"Brissolle", "Chantevert", "Dorgeval", "Épinasse", "Fauquevert", "Grandpierre",
	"Hérisson-Lac", "Jaubertin", "Lormetier", "Montfaucher", "Nivolais", "Pontarlin",
	"Rochemaure", "Sainterail", "Tourmaline", "Vaugrenais", "Belleforge", "Castaignède-Roy",
	"Duvergnol", "Ferrandière", "Gourdanel", "Lescarret", "Malvezin", "Prunelac"};

static const char *const women[] = {"Adèle", "Béatrice", "Claire", "Delphine", "Élodie", "Florence",
	"Gisèle", "Hélène", "Inès", "Jeanne", "Lucie", "Madeleine", "Nadia", "Odile", "Pauline",
	"Rosalie", "Sylvie", "Thérèse", "Violette", "Yasmine"};

static const char *const men[] = {"Antoine", "Bruno", "Cédric", "Damien", "Émile", "Fabrice",
	"Gaston", "Hugo", "Ismaël", "Jérôme", "Karim", "Léon", "Maxence", "Noël", "Olivier",
	"Pascal", "Rémi", "Sacha", "Théo", "Victor"};

const char *names_family(struct rng *r)
{
	return family[rng_below(r, COUNT(family))];
}

const char *names_given(struct rng *r, char sex)
{
	return sex == 'F' ? women[rng_below(r, COUNT(women))] : men[rng_below(r, COUNT(men))];
}
